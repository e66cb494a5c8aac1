/** Sans-DOM: modifiers that one finger holds: a tap is for the next key, two quick taps until the next tap. */

export const STICKY_KEYS = { Ctrl: "ControlLeft", Alt: "AltLeft", Shift: "ShiftLeft", Super: "MetaLeft" } as const;
export type StickyName = keyof typeof STICKY_KEYS;
export type StickyState = "once" | "locked";

const DOUBLE_TAP_S = 0.4;

export class Sticky {
  private readonly states = new Map<StickyName, StickyState>();
  private tapped: { name: StickyName; at: number } | null = null;

  get held(): ReadonlyMap<StickyName, StickyState> {
    return new Map(this.states);
  }

  /** Take a tap; return whether the modifier goes down (true), up (false), or stays as it is (null). */
  tap(name: StickyName, now: number): boolean | null {
    const isSecond = this.tapped?.name === name && now - this.tapped.at <= DOUBLE_TAP_S;
    this.tapped = { name, at: now };
    const state = this.states.get(name);
    if (state === undefined) {
      this.states.set(name, "once");
      return true;
    }
    if (state === "once" && isSecond) {
      this.states.set(name, "locked");
      return null;
    }
    this.states.delete(name);
    return false;
  }

  /** A key was typed: return the modifiers that go up with it. */
  used(): StickyName[] {
    const over = [...this.states].filter(([, state]) => state === "once").map(([name]) => name);
    for (const name of over) this.states.delete(name);
    return over;
  }

  reset(): void {
    this.states.clear();
    this.tapped = null;
  }
}
