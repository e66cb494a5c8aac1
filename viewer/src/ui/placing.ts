/** Sans-DOM: where the controls stand, and how wide a panel is; all lengths are CSS pixels. */

import type { Size } from "../input/geometry";

export const EDGES = ["bottom", "left", "top", "right"] as const;
export type Edge = (typeof EDGES)[number];

export interface BarPlace {
  edge: Edge;
  /** 0 at the left or the top, 1 at the other end. */
  along: number;
}

export const USUAL_PLACE: BarPlace = { edge: "bottom", along: 0.5 };
/** What is left free beside the bar. */
const MARGIN = 12;
const TOUCH_PX = 3;

const isUpright = (edge: Edge): boolean => edge === "left" || edge === "right";

/** Return the edge of ``page`` that is nearest to a point. */
export function nearestEdge(x: number, y: number, page: Size): Edge {
  const far: Record<Edge, number> = { bottom: page.height - y, left: x, top: y, right: page.width - x };
  return EDGES.reduce((nearest, edge) => (far[edge] < far[nearest] ? edge : nearest));
}

/** Return the place of a bar of this size whose first end is held at a point. */
export function placeAt(x: number, y: number, page: Size, bar: Size): BarPlace {
  const edge = nearestEdge(x, y, page);
  const [at, whole] = isUpright(edge) ? [y, page.height] : [x, page.width];
  // A bar that goes to another kind of edge turns.
  const room = whole - 2 * MARGIN - Math.max(bar.width, bar.height);
  return { edge, along: room > 0 ? Math.min(Math.max((at - MARGIN) / room, 0), 1) : 0.5 };
}

/** Return the place on the next edge, round the page. */
export function placeAfter({ edge }: BarPlace): BarPlace {
  return { edge: EDGES[(EDGES.indexOf(edge) + 1) % EDGES.length] ?? USUAL_PLACE.edge, along: 0.5 };
}

/** Tell whether a point touches that edge of the page. */
export function touches(edge: Edge, x: number, y: number, page: Size): boolean {
  return { bottom: page.height - y, left: x + 1, top: y + 1, right: page.width - x }[edge] <= TOUCH_PX;
}

/** Return the place that was written down, or null for what is none. */
export function readPlace(text: string | null): BarPlace | null {
  const [, edge, along] = /^(bottom|left|top|right) (0(?:\.\d+)?|1)$/.exec(text ?? "") ?? [];
  return edge && along ? { edge: edge as Edge, along: Number(along) } : null;
}

export const writePlace = ({ edge, along }: BarPlace): string => `${edge} ${Number(along.toFixed(4))}`;

export const PANEL_WIDTH = { least: 280, usual: 360, most: 720, step: 24 } as const;

/** Return a width that a panel may have. */
export function panelWidth(wanted: number): number {
  return Number.isFinite(wanted) ? Math.round(Math.min(Math.max(wanted, PANEL_WIDTH.least), PANEL_WIDTH.most)) : PANEL_WIDTH.usual;
}

/** Return the width after a key of who is on its edge, which is the left one; null for other keys. */
export function widthAfterKey(key: string, width: number): number | null {
  const { step, least, most } = PANEL_WIDTH;
  const wanted = { ArrowLeft: width + step, ArrowRight: width - step, Home: least, End: most }[key];
  return wanted === undefined ? null : panelWidth(wanted);
}
