/** Sans-DOM: which part of the fitted picture is seen. All lengths are CSS pixels of the stage. */

import type { Box, Size } from "../input/geometry";

export const MOST_ZOOM = 8;
/** The pointer keeps this far from the edge of what is seen. */
const MARGIN_PX = 48;

/** A point of the unzoomed stage is seen at ``point * zoom + (x, y)``. */
export class View {
  zoom = 1;
  x = 0;
  y = 0;

  reset(): void {
    this.zoom = 1;
    this.x = this.y = 0;
  }

  /** Zoom by ``factor``; the point under (x, y) stays where it is. */
  zoomBy(factor: number, x: number, y: number, stage: Size): void {
    const zoom = Math.min(Math.max(this.zoom * factor, 1), MOST_ZOOM);
    const ratio = zoom / this.zoom;
    this.x = x - (x - this.x) * ratio;
    this.y = y - (y - this.y) * ratio;
    this.zoom = zoom;
    this.clamp(stage);
  }

  panBy(dx: number, dy: number, stage: Size): void {
    this.x += dx;
    this.y += dy;
    this.clamp(stage);
  }

  /** Move as far as it takes to see the point (x, y) of the stage, where it is seen now; tell whether it moved. */
  follow(x: number, y: number, stage: Size): boolean {
    const before = { x: this.x, y: this.y };
    this.panBy(missing(x, stage.width), missing(y, stage.height), stage);
    return this.x !== before.x || this.y !== before.y;
  }

  /** Where a box of the unzoomed stage is seen. */
  shown(box: Box): Box {
    return { left: box.left * this.zoom + this.x, top: box.top * this.zoom + this.y, width: box.width * this.zoom, height: box.height * this.zoom };
  }

  /** No further than the edges of the stage. */
  clamp(stage: Size): void {
    this.x = Math.min(0, Math.max(this.x, stage.width * (1 - this.zoom)));
    this.y = Math.min(0, Math.max(this.y, stage.height * (1 - this.zoom)));
  }
}

function missing(at: number, length: number): number {
  const margin = Math.min(MARGIN_PX, length / 4);
  if (at < margin) return margin - at;
  return at > length - margin ? length - margin - at : 0;
}
