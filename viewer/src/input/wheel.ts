/** Wheel events -> notches of 120, as the host's wheel counts. Sans-DOM. */

export interface WheelLike {
  deltaX: number;
  deltaY: number;
  /** 0 pixels, 1 lines, 2 pages (UI Events §5.5). */
  deltaMode: number;
  /** Not standard, but where it exists it is the device's own count: 120 a notch, up and left positive. */
  wheelDeltaX?: number;
  wheelDeltaY?: number;
}

const NOTCH = 120;
const LIMIT = 12_000;
/** What one notch scrolls: 100 pixels or 3 lines by the defaults of the browsers, one page by definition. */
const PER_NOTCH = [100, 3, 1] as const;

function notches(delta: number, deltaMode: number, counted: number | undefined): number {
  if (deltaMode === 0 && counted) return -counted;
  return (delta / (PER_NOTCH[deltaMode] ?? PER_NOTCH[0])) * NOTCH;
}

/** Turns wheel events into whole steps and carries what is left over, so that slow touchpads move too. */
export class WheelCounter {
  private restX = 0;
  private restY = 0;

  /** Return the turn to send (right and down count up), or null while less than one step has gathered. */
  turn(event: WheelLike): { dx: number; dy: number } | null {
    this.restX += notches(event.deltaX, event.deltaMode, event.wheelDeltaX);
    this.restY += notches(event.deltaY, event.deltaMode, event.wheelDeltaY);
    const dx = Math.trunc(this.restX);
    const dy = Math.trunc(this.restY);
    if (dx === 0 && dy === 0) return null;
    this.restX -= dx;
    this.restY -= dy;
    return { dx: limited(dx), dy: limited(dy) };
  }

  reset(): void {
    this.restX = this.restY = 0;
  }
}

function limited(steps: number): number {
  // "+ 0" turns -0, which JSON would carry as 0 anyway, into 0.
  return Math.max(-LIMIT, Math.min(LIMIT, steps)) + 0;
}
