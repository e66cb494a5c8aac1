/**
 * Sans-IO: pointer moves at most one in 8 ms, never late.
 *
 * The first move goes at once; of those that follow too closely only the newest is kept, and it goes when
 * the 8 ms are over. Moves may be lost on their way, and the last has no successor: it goes twice.
 */

export interface Position {
  x: number;
  y: number;
}

/** How far a mouse went, or a wheel turned; down and right count up. */
export interface Step {
  dx: number;
  dy: number;
}

export const MOVE_INTERVAL_S = 0.008;
export const AGAIN_S = 0.1;
/** The most that one message tells; no hand goes further in 8 ms. */
const MOST_STEP_PX = 4096;

export class MovePacer {
  private sentAt = Number.NEGATIVE_INFINITY;
  private sent: Position | null = null;
  private held: Position | null = null;
  private goesAgain = false;

  get deadline(): number | null {
    if (this.held) return this.sentAt + MOVE_INTERVAL_S;
    return this.goesAgain ? this.sentAt + AGAIN_S : null;
  }

  /** Return the position to send now, or null. */
  receive(position: Position, now: number): Position | null {
    this.held = this.sent && position.x === this.sent.x && position.y === this.sent.y ? null : position;
    return this.expire(now);
  }

  /** Return what has waited long enough. */
  expire(now: number): Position | null {
    if (this.deadline === null || now < this.deadline) return null;
    if (this.held) return this.moved(this.held, now);
    this.goesAgain = false;
    return this.sent;
  }

  /** Return the position that still waits, at once. */
  flush(now: number): Position | null {
    return this.held ? this.moved(this.held, now) : null;
  }

  /** A button or wheel message carried this position: an older move must not follow it. */
  placed(position: Position, now: number): Position {
    this.sent = position;
    this.sentAt = now;
    this.held = null;
    this.goesAgain = false;
    return position;
  }

  private moved(position: Position, now: number): Position {
    this.placed(position, now);
    this.goesAgain = true;
    return position;
  }
}

/** Gathers the steps of a locked pointer: whole pixels at most once in 8 ms, and what is left over goes with the next. */
export class StepPacer {
  private sentAt = Number.NEGATIVE_INFINITY;
  private restX = 0;
  private restY = 0;

  get deadline(): number | null {
    return Math.trunc(this.restX) || Math.trunc(this.restY) ? this.sentAt + MOVE_INTERVAL_S : null;
  }

  /** Return the step to send now, or null. */
  receive({ dx, dy }: Step, now: number): Step | null {
    this.restX += dx;
    this.restY += dy;
    return this.expire(now);
  }

  /** Return what has waited long enough. */
  expire(now: number): Step | null {
    return now < this.sentAt + MOVE_INTERVAL_S ? null : this.flush(now);
  }

  /** Return what still waits, at once: a click is to land where the pointer has come to. */
  flush(now: number): Step | null {
    const [dx, dy] = [Math.trunc(this.restX), Math.trunc(this.restY)];
    if (dx === 0 && dy === 0) return null;
    this.restX -= dx;
    this.restY -= dy;
    this.sentAt = now;
    return { dx: limited(dx), dy: limited(dy) };
  }

  reset(): void {
    this.restX = this.restY = 0;
  }
}

function limited(step: number): number {
  // "+ 0" makes 0 of -0.
  return Math.max(-MOST_STEP_PX, Math.min(MOST_STEP_PX, step)) + 0;
}
