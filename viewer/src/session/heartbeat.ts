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

export type HeartbeatEffect = { type: "beat"; seq: number } | { type: "silent" };

export class Heartbeat {
  private seq = 0;
  private nextBeatAt: number;
  private silentAt: number;
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

  echoed(seq: number, hostTicks: number, now: number): void {
    const sentAt = this.sentAt.get(seq);
    if (sentAt === undefined) return;
    this.rtt_s = now - sentAt;
    this.clock.echoed(hostTicks, sentAt, now);
    this.sentAt.delete(seq);
    this.silentAt = now + HEARTBEAT_LIMIT_S;
  }

  expire(now: number): HeartbeatEffect[] {
    if (now < this.deadline) return [];
    if (now - this.nextBeatAt > LATE_S) this.silentAt = Math.max(this.silentAt, now + LATE_S);
    if (now >= this.silentAt) return [{ type: "silent" }];
    this.nextBeatAt = now + HEARTBEAT_INTERVAL_S;
    const seq = ++this.seq;
    this.sentAt.set(seq, now);
    // Bound: what was not echoed within the limit never counts again.
    for (const [old, at] of this.sentAt) if (now - at > HEARTBEAT_LIMIT_S * 2) this.sentAt.delete(old);
    return [{ type: "beat", seq }];
  }
}
