/**
 * Sans-IO: is the path to the host alive, and how long is it?
 *
 * A closed laptop or a pulled cable tells nobody (aiortc notices after half a minute), so each side
 * beats every half second, and three seconds of silence end the path.
 */

import { HostClock } from "./latency";

export const HEARTBEAT_INTERVAL_S = 0.5;
export const HEARTBEAT_LIMIT_S = 3;
/** A timer this late was held up by the browser (background tab, sleep): it proves nothing about the path. */
const LATE_S = 1;
/** So much later than due the host has let go of what was held, or of the path: it wants to hear that we go on. */
const ASLEEP_S = 1.5;
/** How long an answer may take when the network has just become another. */
const DOUBT_LIMIT_S = 2;

export type HeartbeatEffect = { type: "beat"; seq: number } | { type: "silent" };

export class Heartbeat {
  private seq = 0;
  private nextBeatAt: number;
  private silentAt: number;
  /** Null while the path is heard; else the last beat before it fell silent. */
  private lastBefore: number | null = null;
  private readonly sentAt = new Map<number, number>();
  /** What the echoes tell of the host's clock. */
  readonly clock = new HostClock();
  /** Seconds of the last round trip. */
  rtt_s: number | null = null;

  constructor(now: number) {
    this.nextBeatAt = now;
    this.silentAt = now + HEARTBEAT_LIMIT_S;
  }

  get deadline(): number {
    return Math.min(this.nextBeatAt, this.silentAt);
  }

  /** Ask now, and wait less long than usual: there is reason to think that the path is gone. */
  doubt(now: number): void {
    this.nextBeatAt = now;
    this.silentAt = Math.min(this.silentAt, now + DOUBT_LIMIT_S);
  }

  /** Take an echo; return whether by it a path that was silent is heard again, both ways. */
  echoed(seq: number, hostTicks: number, now: number): boolean {
    const sentAt = this.sentAt.get(seq);
    if (sentAt === undefined) return false;
    this.rtt_s = now - sentAt;
    this.clock.echoed(hostTicks, sentAt, now);
    this.sentAt.delete(seq);
    const wasSilent = this.lastBefore !== null;
    // An older beat's echo may have waited at the host: it tells of one way alone.
    if (this.lastBefore !== null && seq <= this.lastBefore) return false;
    this.lastBefore = null;
    this.silentAt = now + HEARTBEAT_LIMIT_S;
    return wasSilent;
  }

  /** Blame nobody for a timer that was late, and count a path on which we were silent as one that was. */
  private excuse(late_s: number, now: number): void {
    if (late_s > LATE_S) this.silentAt = Math.max(this.silentAt, now + LATE_S);
    if (late_s > ASLEEP_S) this.lastBefore = this.seq;
  }

  /** Tell of silence once, then go on beating: the path may come back. */
  expire(now: number): HeartbeatEffect[] {
    if (now < this.deadline) return [];
    if (this.lastBefore === null) this.excuse(now - this.nextBeatAt, now);
    if (now >= this.silentAt) {
      this.silentAt = Number.POSITIVE_INFINITY;
      this.lastBefore = this.seq;
      return [{ type: "silent" }];
    }
    this.nextBeatAt = now + HEARTBEAT_INTERVAL_S;
    const seq = ++this.seq;
    this.sentAt.set(seq, now);
    // Bound: what was not echoed within the limit never counts again.
    for (const [old, at] of this.sentAt) if (now - at > HEARTBEAT_LIMIT_S * 2) this.sentAt.delete(old);
    return [{ type: "beat", seq }];
  }
}
