/**
 * Sans-DOM: keeps keys and buttons back while the clipboard that they paste is on its way to the host.
 *
 * Closed by the key that pastes, opened when the clipboard is there, or when it is known that it will not be:
 * then that key is left out, for it would paste something else. Whoever types on meanwhile loses nothing.
 */

import type { KeyEffect } from "../input/keyboard";

/** A clipboard that takes longer is not pasted: nobody waits for a key for so long. */
export const PASTE_LIMIT_S = 5;
/** A browser that gives no clipboard for the key by then has none. */
export const NO_PASTE_S = 0.15;
/** More keys than anybody types in that time. */
const MOST_WAITING = 512;

/** What keys do, and what else must not overtake them: a button pressed after a paste acts on what was pasted. */
export type Deed = KeyEffect | { type: "deed"; act(): void };

export class PasteGate {
  private waiting: Deed[] | null = null;
  private readonly pasting = new Set<Deed>();
  private openAt: number | null = null;
  private isComing = false;

  get deadline(): number | null {
    return this.openAt;
  }

  /** Keep back what the pasting key ``code`` does, and what follows. */
  close(code: string, effects: KeyEffect[], now: number): void {
    this.waiting = [...(this.waiting ?? []), ...effects];
    for (const effect of effects) if (effect.type === "press" && effect.code === code) this.pasting.add(effect);
    this.isComing = false;
    this.openAt = now + NO_PASTE_S;
  }

  /** The browser gave its clipboard; it is on its way. */
  came(now: number): void {
    if (this.waiting === null) return;
    this.isComing = true;
    this.openAt = now + PASTE_LIMIT_S;
  }

  /** Return what of ``effects`` may go on now. */
  pass(effects: Deed[]): Deed[] {
    if (this.waiting === null) return effects;
    this.waiting.push(...effects);
    const isUrgent = effects.some((effect) => effect.type === "leave") || this.waiting.length > MOST_WAITING;
    return isUrgent ? this.open(false) : [];
  }

  /** Let everything go on; without the keys that paste unless their clipboard ``isThere``. */
  open(isThere: boolean): Deed[] {
    const going = (this.waiting ?? []).filter((deed) => isThere || !this.pasting.has(deed));
    this.reset();
    return going;
  }

  /** Time is over: a browser that gave nothing leaves the key to the host's own clipboard. */
  expire(now: number): { effects: Deed[]; isTooLate: boolean } {
    if (this.openAt === null || now < this.openAt) return { effects: [], isTooLate: false };
    const isTooLate = this.isComing;
    return { effects: this.open(!isTooLate), isTooLate };
  }

  /** Forget what waits: nothing is held any more. */
  reset(): void {
    this.waiting = this.openAt = null;
    this.pasting.clear();
  }
}
