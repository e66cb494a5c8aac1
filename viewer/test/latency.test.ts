import { describe, expect, it } from "vitest";
import { HostClock, ShownFrames } from "../src/session/latency";

const TICKS = 2 ** 32;
/** The host's clock is ``ahead_s`` seconds ahead of ours. */
const ticks = (at: number, ahead_s = 1000): number => Math.floor((at + ahead_s) * 90_000) % TICKS;

describe("the host's clock", () => {
  it("is told best by the quickest round trip", () => {
    const clock = new HostClock();
    clock.echoed(ticks(10.3), 10, 10.6);
    clock.echoed(ticks(11.001), 11, 11.002);
    clock.echoed(ticks(12.35), 12, 12.4);
    expect(clock.age_s(ticks(13), 13.025)).toBeCloseTo(0.025, 4);
  });

  it("says nothing before the first echo, and nothing of a clock that has nothing to do with the host's", () => {
    const clock = new HostClock();
    expect(clock.age_s(ticks(1), 1)).toBeNull();
    clock.echoed(ticks(1), 1, 1);
    expect(clock.age_s(ticks(5000), 1)).toBeNull();
  });

  it("goes on where the ticks begin anew, and forgets what has drifted away", () => {
    const clock = new HostClock();
    const ahead_s = TICKS / 90_000 - 1.5;
    clock.echoed(ticks(1, ahead_s), 1, 1);
    expect(clock.age_s(ticks(1.4, ahead_s), 1.6)).toBeCloseTo(0.2, 4);
    for (let at = 2; at < 40; at += 1) clock.echoed(ticks(at, ahead_s + 0.1), at - 0.01, at + 0.01);
    expect(clock.age_s(ticks(40, ahead_s + 0.1), 40)).toBeCloseTo(0, 4);
  });

  it("is told ahead in its own ticks, once it is known", () => {
    const clock = new HostClock();
    expect(clock.ticksAt(1)).toBeNull();
    clock.echoed(ticks(1), 0.99, 1.01);
    expect(clock.ticksAt(5)).toBe(ticks(5));
    const late = new HostClock();
    late.echoed(ticks(1, TICKS / 90_000 - 1.5), 1, 1);
    expect(late.ticksAt(2)).toBe(45_000);
  });

  it("is told anew where a computer slept: what was known before does not fit", () => {
    const clock = new HostClock();
    clock.echoed(ticks(1), 0.999, 1.001);
    clock.echoed(ticks(2, 998), 1.9, 2.1);
    expect(clock.ticksAt(3)).toBe(ticks(3, 998));
  });

  it("never lets a picture come before it was taken", () => {
    const clock = new HostClock();
    clock.echoed(ticks(1), 0.99, 1.01);
    expect(clock.age_s(ticks(2.004), 2)).toBe(0);
  });
});

describe("the pictures of the last seconds", () => {
  const clock = new HostClock();
  clock.echoed(ticks(0), 0, 0);

  it("tell the middle and the slow end of their age, and how many came", () => {
    const shown = new ShownFrames(clock, 0);
    for (let index = 0; index < 20; index += 1) {
      const at = 1 + index * 0.05;
      shown.show(ticks(at - 0.001 * (index + 1)), at);
    }
    const figures = shown.figures(2);
    expect(figures.fps).toBe(10);
    expect(figures.latency_ms).toBeCloseTo(10, 0);
    expect(figures.latency_p95_ms).toBeCloseTo(19, 0);
    expect(shown.figures(20)).toEqual({ fps: 0, latency_ms: null, latency_p95_ms: null });
  });

  it("take the age of a composed picture from its last composition", () => {
    const shown = new ShownFrames(clock, 0);
    shown.show(null, 1);
    expect(shown.figures(1).latency_ms).toBeNull();
    shown.compose(ticks(2));
    shown.show(null, 2.03);
    expect(shown.figures(2.1).latency_ms).toBeCloseTo(30, 0);
  });
});
