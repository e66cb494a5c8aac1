/** The clock of the machines, and the one timer that each of their shells needs. */

/** Monotonic seconds of this page. */
export const now_s = (): number => performance.now() / 1000;

/** Rings once at the time that was set last. */
export class Alarm {
  private timer = 0;

  constructor(private readonly ring: () => void) {}

  /** Ring at this time, at once if it is over; null: not at all. */
  set(at: number | null): void {
    clearTimeout(this.timer);
    if (at !== null) this.timer = window.setTimeout(this.ring, Math.max(0, (at - now_s()) * 1000));
  }
}
