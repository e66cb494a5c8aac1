/**
 * Sans-DOM: which keys go to the host, which text, and how the keyboard comes back.
 *
 * Keys travel by their place (``code``) together with what they mean here (``key``). What an input method,
 * a dead key or a virtual keyboard composes travels as text. The way out is Esc held for two seconds, or
 * Right Ctrl pressed and released alone.
 */

export interface KeyLike {
  code: string;
  key: string;
  repeat: boolean;
  isComposing: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  getModifierState(name: string): boolean;
}

/**
 * How a key finds its meaning: by what it means here at its place there, or elsewhere, as the host's layout
 * has it (`auto`); by its place alone (`place`), for games and for two equal keyboards; as the text that it
 * types here (`text`), where the host's layout stands in the way.
 */
export type KeyMode = "auto" | "place" | "text";
export const KEY_MODES: readonly KeyMode[] = ["auto", "place", "text"];

export type KeyEffect =
  | { type: "press"; code: string; key: string; repeat: boolean }
  | { type: "release"; code: string }
  | { type: "text"; text: string }
  /** Everything held is let go at the host, and the keyboard belongs to the browser again. */
  | { type: "leave" };

export interface KeyAnswer {
  effects: KeyEffect[];
  /** False where the browser must go on with the event, so that composition works. */
  consumed: boolean;
}

export const LEAVE_HOLD_S = 2;
const MAX_TEXT = 1000;
const CODE = /^[A-Za-z0-9]{1,32}$/;
const LEFT_TO_COMPOSITION = new Set(["Process", "Dead", "Unidentified", "Compose"]);
/** Keys that virtual keyboards send without a place; their name serves as one. */
const NAMED_KEYS = new Set(["Enter", "Backspace", "Tab", "Escape", "Delete", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]);
export const MODIFIER = /^(Shift|Control|Alt|Meta|OS)(Left|Right)$/;
/** What each event says of the modifiers, whether or not we saw them go up. */
const SAID = [
  ["Shift", "shiftKey"],
  ["Control", "ctrlKey"],
  ["Alt", "altKey"],
  ["Meta", "metaKey"],
] as const;

export class Keyboard {
  mode: KeyMode = "auto";
  private readonly held = new Set<string>();
  private leaveAt: number | null = null;
  private rightCtrlAlone = false;

  /** When Esc has been held long enough; null: it is not held. */
  get deadline(): number | null {
    return this.leaveAt;
  }

  pressed(event: KeyLike, now: number): KeyAnswer {
    if (event.isComposing || LEFT_TO_COMPOSITION.has(event.key)) return { effects: [], consumed: false };
    this.rightCtrlAlone = event.code === "ControlRight" && (this.held.size === 0 || event.repeat);
    if (event.code === "Escape" && !event.repeat) this.leaveAt = now + LEAVE_HOLD_S;
    if (event.code === "" || event.key.length > 32) return this.placeless(event);
    if (!CODE.test(event.code)) return { effects: [], consumed: true };
    const effects = this.releaseMissed(event);
    if (this.mode === "text" && isText(event)) return { effects: [...effects, ...this.composed(event.key)], consumed: true };
    const repeat = event.repeat || this.held.has(event.code);
    this.held.add(event.code);
    // A name that no key has means nothing to the host but the place.
    const key = this.mode === "place" ? event.code : event.key;
    effects.push({ type: "press", code: event.code, key, repeat });
    return { effects, consumed: true };
  }

  released(event: Pick<KeyLike, "code">): KeyAnswer {
    if (event.code === "Escape") this.leaveAt = null;
    // A key that went down before the keyboard was ours goes up without us.
    if (!this.held.delete(event.code)) return { effects: [], consumed: false };
    const effects: KeyEffect[] = [{ type: "release", code: event.code }];
    if (event.code.startsWith("Meta")) effects.push(...this.releaseUnseen());
    if (event.code === "ControlRight" && this.rightCtrlAlone) effects.push(...this.leave());
    return { effects, consumed: true };
  }

  expire(now: number): KeyEffect[] {
    return this.leaveAt !== null && now >= this.leaveAt ? this.leave() : [];
  }

  /** Text that was composed (input method, dead key, virtual keyboard). */
  composed(text: string): KeyEffect[] {
    const characters = Array.from(text);
    const effects: KeyEffect[] = [];
    for (let start = 0; start < characters.length; start += MAX_TEXT) {
      effects.push({ type: "text", text: characters.slice(start, start + MAX_TEXT).join("") });
    }
    return effects;
  }

  /** Press and release a key that has no place here. */
  tapped(name: string): KeyEffect[] {
    return [
      { type: "press", code: name, key: name, repeat: false },
      { type: "release", code: name },
    ];
  }

  /** Forget everything: control ended, or the page lost the focus. Tell whether anything was held. */
  reset(): boolean {
    const wasHeld = this.held.size > 0;
    this.held.clear();
    this.leaveAt = null;
    this.rightCtrlAlone = false;
    return wasHeld;
  }

  private placeless(event: KeyLike): KeyAnswer {
    if (Array.from(event.key).length === 1) return { effects: this.composed(event.key), consumed: true };
    if (NAMED_KEYS.has(event.key)) return { effects: this.tapped(event.key), consumed: true };
    return { effects: [], consumed: false };
  }

  /** Modifiers that went up where we could not see it: another window had the keyboard. */
  private releaseMissed(event: KeyLike): KeyEffect[] {
    const missed = SAID.filter(([name, isDown]) => !event[isDown] || (name === "Control" && isAltGrAlone(event)))
      .flatMap(([name]) => [`${name}Left`, `${name}Right`])
      .filter((code) => code !== event.code && !(code === "AltRight" && event.getModifierState("AltGraph")) && this.held.delete(code));
    return missed.map((code) => ({ type: "release", code }));
  }

  /** macOS tells no keyup while Command is held: whatever was pressed meanwhile goes up with it. */
  private releaseUnseen(): KeyEffect[] {
    const unseen = [...this.held].filter((code) => !MODIFIER.test(code));
    for (const code of unseen) this.held.delete(code);
    return unseen.map((code) => ({ type: "release", code }));
  }

  private leave(): KeyEffect[] {
    this.reset();
    return [{ type: "leave" }];
  }
}

/** Whether the key types a character here, and no command. */
function isText(event: KeyLike): boolean {
  const isCommand = event.ctrlKey || event.metaKey || (event.altKey && !event.getModifierState("AltGraph"));
  return (!isCommand || isAltGrAlone(event)) && Array.from(event.key).length === 1;
}

/** Windows has no AltGr but Control with Alt; browsers there that tell it by those are old. */
function isAltGrAlone(event: KeyLike): boolean {
  return event.getModifierState("AltGraph") && event.ctrlKey && event.altKey;
}
