/** The bar that holds the controls: it stands at any edge, and arrow keys go along it. */

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { words } from "../words/language";
import { Icon } from "./pieces";
import { placeAfter, placeAt, type Edge } from "./placing";
import type { Viewer } from "./viewer";

/** What other things on the page keep clear of the bar, by the edge where it stands. */
const ROOM: Record<Edge, string> = { bottom: "--bar", top: "--bar-top", left: "--bar-left", right: "--bar-right" };
const GAP_PX = 12;
/** The middle of the grip, from the end of the bar. */
const GRIP_PX = 18;
/** What a hand shakes when it means to click. */
const SLACK_PX = 4;

/** Whether the window is a phone's, which has the bar at the bottom. */
function useIsPhone(): boolean {
  const query = matchMedia("(max-width: 599px)");
  const [isPhone, setIsPhone] = useState(query.matches);
  useEffect(() => {
    const changed = (): void => setIsPhone(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return isPhone;
}

/** Groups that give up their words where not all have room, one after the other. */
const WORDS_YIELD = [".view", ".together", ".leave"] as const;

/** Arrow keys go from control to control, as in any toolbar. */
function moveAlong(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const tools = [...event.currentTarget.querySelectorAll<HTMLElement>("button")].filter((tool) => tool.offsetParent !== null);
  const at = tools.indexOf(document.activeElement as HTMLElement);
  const [next, previous] = [at + 1, at < 0 ? -1 : at - 1];
  const to = { ArrowRight: next, ArrowDown: next, ArrowLeft: previous, ArrowUp: previous, Home: 0, End: -1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  tools.at(to % tools.length)?.focus();
}

export function Bar({ viewer, children, ...rest }: { viewer: Viewer; class?: string; children: ComponentChildren }) {
  const { store } = viewer;
  const bar = useRef<HTMLDivElement>(null);
  const place = store.barPlace.value;
  const edge = useIsPhone() ? "bottom" : place.edge;
  const isUpright = edge === "left" || edge === "right";
  // How wide the words are depends on the language and on what is granted: measured, not guessed from the window.
  useLayoutEffect(() => {
    const fit = (): void => {
      const { current: element } = bar;
      if (!element) return;
      element.classList.remove("tight");
      // Across the bar its hints count as content.
      const overflows = (): boolean => (isUpright ? element.scrollHeight > element.clientHeight : element.scrollWidth > element.clientWidth);
      for (const tool of element.querySelectorAll("[data-wordless]")) tool.removeAttribute("data-wordless");
      for (const group of WORDS_YIELD) {
        if (isUpright || !overflows()) break;
        for (const tool of element.querySelectorAll(group)) tool.toggleAttribute("data-wordless", true);
      }
      element.classList.toggle("tight", overflows());
      for (const [at, name] of Object.entries(ROOM)) {
        const room = (isUpright ? element.offsetWidth : element.offsetHeight) + (edge === "bottom" ? 0 : GAP_PX);
        document.documentElement.style.setProperty(name, `${at === edge ? room : 0}px`);
      }
    };
    fit();
    addEventListener("resize", fit);
    return () => removeEventListener("resize", fit);
  });
  const tucked = store.isTucked.value ? " tucked" : "";
  const spread = store.isSpread.value ? " spread" : "";
  return (
    <div
      ref={bar}
      class={`toolbar at-${edge}${isUpright ? " upright" : ""} ${rest.class ?? ""}${tucked}${spread}`}
      style={{ "--along": String(place.along) }}
      role="toolbar"
      tabIndex={-1}
      onKeyDown={moveAlong}
      aria-label={words().toolbar.label}
      aria-orientation={isUpright ? "vertical" : "horizontal"}
      onPointerMove={() => viewer.showControls()}
    >
      {children}
    </div>
  );
}

/** Takes the bar to any edge: by dragging, or by a click or a key from edge to edge. */
export function Grip({ viewer }: { viewer: Viewer }) {
  const grip = useRef<HTMLButtonElement>(null);
  const { toolbar: said } = words();
  useEffect(() => {
    const { current: element } = grip;
    if (!element) return;
    let from: { x: number; y: number } | null = null;
    let isDragged = false;
    const moved = ({ clientX: x, clientY: y }: PointerEvent): void => {
      if (!from) return;
      isDragged ||= Math.hypot(x - from.x, y - from.y) > SLACK_PX;
      const bar = element.closest<HTMLElement>(".toolbar");
      if (!isDragged || !bar) return;
      const page = { width: innerWidth, height: innerHeight };
      viewer.setBarPlace(placeAt(x - GRIP_PX, y - GRIP_PX, page, { width: bar.offsetWidth, height: bar.offsetHeight }));
    };
    const ended = (): void => {
      from = null;
    };
    const listeners = {
      pointerdown: (event: PointerEvent): void => {
        element.setPointerCapture(event.pointerId);
        from = { x: event.clientX, y: event.clientY };
        isDragged = false;
      },
      pointermove: moved,
      pointerup: ended,
      pointercancel: ended,
      click: (): void => {
        if (!isDragged) viewer.setBarPlace(placeAfter(viewer.store.barPlace.peek()));
        isDragged = false;
      },
    };
    for (const [type, listener] of Object.entries(listeners)) element.addEventListener(type, listener as EventListener);
    return () => {
      for (const [type, listener] of Object.entries(listeners)) element.removeEventListener(type, listener as EventListener);
    };
  }, [viewer]);
  return (
    <button ref={grip} type="button" class="button with-tip plain grip" aria-label={said.move} aria-description={said.howToMove}>
      <Icon name="grip-vertical" />
      <span class="tip" aria-hidden="true">
        {said.move}
      </span>
    </button>
  );
}
