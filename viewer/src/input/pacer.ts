/**
 * Sans-IO: pointer moves at most one in 8 ms, never late.
 *
 * The first move goes at once; of those that follow too closely only the newest is kept, and it goes when
 * the 8 ms are over, so that the last position always arrives.
 */

export interface Position {
  x: number;
  y: number;
}

export const MOVE_INTERVAL_S = 0.008;

export class MovePacer {
  private sentAt = Number.NEGATIVE_INFINITY;
  private sent: Position | null = null;
  private held: Position | null = null;

  get deadline(): number | null {
    return this.held ? this.sentAt + MOVE_INTERVAL_S : null;
  }

  /** Return the position to send now, or null. */
  receive(position: Position, now: number): Position | null {
    this.held = this.sent && position.x === this.sent.x && position.y === this.sent.y ? null : position;
    return this.expire(now);
  }

  /** Return what has waited long enough. */
  expire(now: number): Position | null {
    if (!this.held || now < this.sentAt + MOVE_INTERVAL_S) return null;
    return this.placed(this.held, now);
  }

  /** Return the position that still waits, at once. */
  flush(now: number): Position | null {
    return this.held ? this.placed(this.held, now) : null;
  }

  /** A button or wheel message carried this position: an older move must not follow it. */
  placed(position: Position, now: number): Position {
    this.sent = position;
    this.sentAt = now;
    this.held = null;
    return position;
  }
}
