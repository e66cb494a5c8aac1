/**
 * Sans-DOM: keeps keys back while the clipboard that they paste is on its way to the host.
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

export class PasteGate {
  private waiting: KeyEffect[] | null = null;
  private code = "";
  private openAt: number | null = null;
  private isComing = false;

  get deadline(): number | null {
    return this.openAt;
  }

  /** Keep back what the pasting key ``code`` does, and what follows. */
  close(code: string, effects: KeyEffect[], now: number): void {
    this.waiting = [...(this.waiting ?? []), ...effects];
    this.code = code;
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
  pass(effects: KeyEffect[]): KeyEffect[] {
    if (this.waiting === null) return effects;
    this.waiting.push(...effects);
    const isUrgent = effects.some((effect) => effect.type === "leave") || this.waiting.length > MOST_WAITING;
    return isUrgent ? this.open(false) : [];
  }

  /** Let everything go on; without the key that pastes unless its clipboard ``isThere``. */
  open(isThere: boolean): KeyEffect[] {
    const waiting = this.waiting ?? [];
    this.waiting = this.openAt = null;
    if (isThere) return waiting;
    return waiting.filter((effect) => effect.type !== "press" || effect.code !== this.code);
  }

  /** Time is over: a browser that gave nothing leaves the key to the host's own clipboard. */
  expire(now: number): { effects: KeyEffect[]; isTooLate: boolean } {
    if (this.openAt === null || now < this.openAt) return { effects: [], isTooLate: false };
    const isTooLate = this.isComing;
    return { effects: this.open(!isTooLate), isTooLate };
  }

  /** Forget what waits: nothing is held any more. */
  reset(): void {
    this.waiting = this.openAt = null;
  }
}
