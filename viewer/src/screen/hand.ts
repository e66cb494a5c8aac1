/** The viewer's hand on the screen: DOM events -> input messages, while control is held. */

import { Alarm, now_s } from "../alarm";
import { PasteGate, type Deed } from "../clipboard/gate";
import { isCopyKey, isPasteKey } from "../clipboard/keys";
import { buttonChanges, maskOf } from "../input/buttons";
import type { Size } from "../input/geometry";
import { Keyboard, MODIFIER, type KeyAnswer, type KeyEffect, type KeyMode } from "../input/keyboard";
import { keyOf, type Shortcut } from "../input/shortcuts";
import { MovePacer, type Position } from "../input/pacer";
import type { InputSender } from "../input/sender";
import { WheelCounter } from "../input/wheel";
import { Sticky, STICKY_KEYS, type StickyName, type StickyState } from "../touch/sticky";
import { PointerLock } from "./pointer-lock";
import type { Screen } from "./screen";


export interface HandEvents {
  /** The keyboard belongs to the host (true) or to the browser (false). */
  keyboardMoved(isAtHost: boolean): void;
  /** The way out of the host's keyboard was taken: the focus wants a new place. */
  keyboardLeft(): void;
  /** The pointer is here on the page, with no button held. */
  hovered(x: number, y: number): void;
  /** Whether this browser's clipboard goes to the host: then the key that pastes waits for it. */
  takesClipboard(): boolean;
  /** Keys that copy went to the host. */
  copyPressed(): void;
  /** Something was pasted; resolves to whether it is on the host's clipboard now. */
  pasted(data: DataTransfer): Promise<boolean>;
  /** It took too long, and nothing was pasted. */
  pasteTooLate(): void;
  /** Other modifiers are held by the key bar now. */
  stickyChanged(held: ReadonlyMap<StickyName, StickyState>): void;
  /** The mouse is bound to the host (true) or free. */
  lockChanged(isHeld: boolean): void;
  /** The browser did not bind it. */
  lockRefused(): void;
}

/** The middle of a monitor, as a Fraction16. */
const MIDDLE = 32_768;

export class Hand {
  /** Takes the focus while the keyboard is at the host, so that input methods and phones have a place to write. */
  readonly keys = document.createElement("textarea");
  private readonly keyboard = new Keyboard();
  private readonly pacer = new MovePacer();
  private readonly wheel = new WheelCounter();
  private readonly gate = new PasteGate();
  private readonly sticky = new Sticky();
  readonly lock: PointerLock;
  private sender: InputSender | null = null;
  private monitor: () => Size & { monitor: number } = () => ({ width: 0, height: 0, monitor: 1 });
  private held = 0;
  private readonly moveAlarm = new Alarm(() => this.send(this.pacer.expire(now_s())));
  private readonly leaveAlarm = new Alarm(() => {
    this.carryOut(this.keyboard.expire(now_s()));
    // Timers may be early by a fraction of a millisecond.
    this.planLeave();
  });
  private readonly gateAlarm = new Alarm(() => this.expireGate());

  constructor(
    private readonly screen: Screen,
    private readonly events: HandEvents,
  ) {
    this.lock = new PointerLock(screen.video, {
      stepped: (step) => this.sender?.shift(step),
      changed: (isHeld) => this.lockChanged(isHeld),
      refused: () => events.lockRefused(),
    });
    this.keys.className = "keys";
    this.keys.autocomplete = "off";
    this.keys.autocapitalize = "off";
    this.keys.spellcheck = false;
    this.keys.inputMode = "none";
    this.keys.disabled = true;
    this.listen();
  }

  get isHolding(): boolean {
    return this.sender !== null;
  }

  /** Control began: take pointer and keyboard. */
  take(sender: InputSender, monitor: () => Size & { monitor: number }): void {
    this.sender = sender;
    this.monitor = monitor;
    this.keys.disabled = false;
    this.screen.stage.classList.add("controlled");
    this.screen.cursor.hold(true);
    this.focus();
  }

  /** Control ended; the host has released everything by itself. */
  drop(): void {
    this.forget();
    this.lock.letGo();
    this.sender = null;
    this.keys.blur();
    this.keys.inputMode = "none";
    this.keys.disabled = true;
    this.screen.stage.classList.remove("controlled");
    this.screen.cursor.hold(false);
    this.events.keyboardMoved(false);
  }

  /** Bring the keyboard to the host. */
  focus(): void {
    if (this.sender) this.keys.focus({ preventScroll: true });
  }

  /** Let keys find their meaning in another way; what is held is let go, since it was pressed in the old one. */
  setKeyMode(mode: KeyMode): void {
    this.letGo();
    this.keyboard.mode = mode;
  }

  /** Press keys one after the other and release them in turn, as fingers do with a shortcut. */
  tap(shortcut: Shortcut): void {
    if (!this.sender) return;
    for (const [code, key] of shortcut) this.sender.key({ type: "press", code, key, repeat: false });
    for (const [code] of [...shortcut].reverse()) this.sender.key({ type: "release", code });
  }

  /** Press and release a key of the key bar. */
  press(name: string): void {
    if (this.sender) this.carryOut(this.keyboard.tapped(name));
  }

  /** Type ``text`` at the host as keystrokes. */
  type(text: string): void {
    this.carryOut(this.keyboard.composed(text));
  }

  /** Show or hide the virtual keyboard of a touch screen. */
  showVirtualKeyboard(isShown: boolean): void {
    this.keys.inputMode = isShown ? "text" : "none";
    this.keys.blur();
    this.focus();
  }

  /** Hold a modifier for the next key, until the next tap, or no longer. */
  stick(name: StickyName): void {
    const isDown = this.sticky.tap(name, now_s());
    const code = STICKY_KEYS[name];
    if (isDown) this.sender?.key({ type: "press", code, key: code.replace(/Left$/, ""), repeat: false });
    else if (isDown === false) this.sender?.key({ type: "release", code });
    this.events.stickyChanged(this.sticky.held);
  }

  // --- what fingers do -------------------------------------------------------------------------------

  /** Where the pointer is, over the monitor that is shown. */
  get place(): Position {
    return this.screen.cursor.at ?? { x: MIDDLE, y: MIDDLE };
  }

  moveTo(position: Position): void {
    if (!this.sender) return;
    this.screen.cursor.guess(this.monitor().monitor, position);
    this.send(this.pacer.receive(position, now_s()));
  }

  /** Press or release a button where the pointer is. */
  pressAt(button: number, isDown: boolean): void {
    if (!this.sender) return;
    const { place } = this;
    this.held = isDown ? this.held | maskOf(button) : this.held & ~maskOf(button);
    this.pacer.placed(place, now_s());
    this.button(button, isDown, place);
    if (!isDown) this.unstick();
  }

  /** Turn the wheel where the pointer is, by CSS pixels of scrolling. */
  scrollBy(deltaX: number, deltaY: number): void {
    const turn = this.wheel.turn({ deltaX, deltaY, deltaMode: 0 });
    if (turn) this.sender?.wheel(turn, this.place);
  }

  /** The size of what is shown, in the host's pixels. */
  get shown(): Size {
    return this.monitor();
  }

  private listen(): void {
    const { stage, video } = this.screen;
    addEventListener("keydown", (event) => this.keyDown(event), { capture: true });
    addEventListener("keyup", (event) => this.keyUp(event), { capture: true });
    addEventListener("blur", () => this.letGo());
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.letGo();
    });
    this.keys.addEventListener("focus", () => this.events.keyboardMoved(true));
    this.keys.addEventListener("blur", () => {
      this.letGo();
      this.events.keyboardMoved(false);
    });
    video.addEventListener("focus", () => this.focus());
    this.listenToText();

    const moved = (event: PointerEvent): void => this.pointerMoved(event);
    video.addEventListener("pointerdown", (event) => {
      if (!this.sender || event.pointerType === "touch") return;
      // A locked pointer is captured already.
      if (!this.lock.isHeld) video.setPointerCapture(event.pointerId);
      this.focus();
      moved(event);
    });
    video.addEventListener("pointermove", moved);
    // Not held back until the next picture of the page; secure pages only.
    if ("onpointerrawupdate" in video) video.addEventListener("pointerrawupdate", moved as EventListener);
    video.addEventListener("pointerup", moved);
    video.addEventListener("pointercancel", (event) => {
      if (event.pointerType !== "touch") this.letGo();
    });
    stage.addEventListener("wheel", (event) => this.wheelTurned(event), { passive: false });
    // mousedown would move the focus, and mouseup of the back button the page; who prevents pointerdown gets neither.
    for (const type of ["contextmenu", "auxclick", "dragstart", "mousedown", "mouseup"]) {
      stage.addEventListener(type, (event) => {
        if (this.sender) event.preventDefault();
      });
    }
  }

  private listenToText(): void {
    const takeText = (text: string | null): void => {
      this.keys.value = "";
      if (text) this.carryOut(this.keyboard.composed(text));
    };
    this.keys.addEventListener("paste", (event) => {
      event.preventDefault();
      if (event.clipboardData) void this.pasted(event.clipboardData);
    });
    this.keys.addEventListener("compositionend", (event) => takeText(event.data));
    this.keys.addEventListener("input", (event) => {
      const { inputType, isComposing, data } = event as InputEvent;
      // compositionend tells the whole text; Chromium sends its input event before that one.
      if (isComposing || inputType === "insertCompositionText") return;
      if (inputType === "deleteContentBackward") this.carryOut(this.keyboard.tapped("Backspace"));
      else if (inputType === "insertLineBreak") this.carryOut(this.keyboard.tapped("Enter"));
      else if (inputType === "insertText") return takeText(data);
      this.keys.value = "";
    });
  }

  private get hasKeyboard(): boolean {
    return this.sender !== null && document.activeElement === this.keys;
  }

  private keyDown(event: KeyboardEvent): void {
    if (!this.hasKeyboard) return;
    const answer = this.keyboard.pressed(event, now_s());
    if (isPasteKey(event) && this.events.takesClipboard()) {
      // Not prevented: the browser gives its clipboard with a paste event.
      event.stopPropagation();
      this.gate.close(event.code, answer.effects, now_s());
      this.planGate();
    } else this.answer(event, answer);
    if (isCopyKey(event)) this.events.copyPressed();
    this.planLeave();
  }

  private keyUp(event: KeyboardEvent): void {
    if (!this.hasKeyboard) return;
    this.answer(event, this.keyboard.released(event));
    this.planLeave();
  }

  private answer(event: KeyboardEvent, answer: KeyAnswer): void {
    if (answer.consumed) {
      event.preventDefault();
      event.stopPropagation();
    }
    this.carryOut(answer.effects);
  }

  private async pasted(data: DataTransfer): Promise<void> {
    this.gate.came(now_s());
    this.planGate();
    const isThere = await this.events.pasted(data);
    this.act(this.gate.open(isThere));
  }

  private planGate(): void {
    this.gateAlarm.set(this.gate.deadline);
  }

  private expireGate(): void {
    const { effects, isTooLate } = this.gate.expire(now_s());
    this.act(effects);
    if (isTooLate) this.events.pasteTooLate();
    this.planGate();
  }

  private carryOut(effects: Deed[]): void {
    this.act(this.gate.pass(effects));
  }

  private act(effects: Deed[]): void {
    for (const effect of effects) {
      if (effect.type === "deed") effect.act();
      else if (effect.type === "leave") this.leave();
      else this.typed(effect);
    }
  }

  private leave(): void {
    this.sender?.releaseAll();
    this.lock.letGo();
    this.keys.blur();
    this.events.keyboardLeft();
  }

  private typed(effect: Exclude<KeyEffect, { type: "leave" }>): void {
    // A virtual keyboard sends letters as text, and a shortcut needs the key.
    const key = effect.type === "text" && this.sticky.held.size > 0 ? keyOf(effect.text) : null;
    if (key) this.tap([key]);
    else this.sender?.key(effect);
    const isModifier = effect.type !== "text" && MODIFIER.test(effect.code);
    if (effect.type !== "press" && !isModifier) this.unstick();
  }

  /** The modifiers that were held for one key go up. */
  private unstick(): void {
    const over = this.sticky.used();
    for (const name of over) this.sender?.key({ type: "release", code: STICKY_KEYS[name] });
    if (over.length > 0) this.events.stickyChanged(this.sticky.held);
  }

  private planLeave(): void {
    this.leaveAlarm.set(this.keyboard.deadline);
  }

  private pointerMoved(event: PointerEvent): void {
    if (!this.sender || !event.isPrimary || event.pointerType === "touch") return;
    const { isHeld: isLocked } = this.lock;
    if (!isLocked && event.buttons === 0) this.events.hovered(event.clientX, event.clientY);
    // Both events tell the same steps.
    if (isLocked && event.type === "pointermove") this.lock.moved(event);
    const changes = buttonChanges(this.held, event.buttons);
    if (changes.length === 0) {
      if (!isLocked) this.send(this.pacer.receive(this.screen.position(event, this.monitor()), now_s()));
      return;
    }
    this.held = event.buttons;
    const position = this.settled(event);
    for (const { button, isDown } of changes) this.button(button, isDown, position);
  }

  private button(button: number, isDown: boolean, position: Position | null): void {
    this.carryOut([{ type: "deed", act: () => this.sender?.button(button, isDown, position) }]);
  }

  /** Return where something happens, after which no older move follows; null: where the locked pointer has come to. */
  private settled(event: MouseEvent): Position | null {
    if (this.lock.isHeld) {
      this.lock.flush();
      return null;
    }
    return this.pacer.placed(this.screen.position(event, this.monitor()), now_s());
  }

  private send(position: Position | null): void {
    if (position) this.sender?.move(position);
    this.moveAlarm.set(this.pacer.deadline);
  }

  private wheelTurned(event: WheelEvent): void {
    if (!this.sender) return;
    event.preventDefault();
    const turn = this.wheel.turn(event);
    const position = this.settled(event);
    if (turn) this.sender.wheel(turn, position);
  }

  private lockChanged(isHeld: boolean): void {
    // Control may have ended while the browser asked.
    if (isHeld && !this.sender) this.lock.letGo();
    this.letGo();
    this.screen.cursor.lock(isHeld);
    if (isHeld) this.focus();
    this.events.lockChanged(isHeld);
  }

  /** The page lost the focus: nothing may stay down at the host. */
  private letGo(): void {
    this.send(this.pacer.flush(now_s()));
    if (this.forget()) this.sender?.releaseAll();
  }

  /** Forget what is held; tell whether anything was. */
  private forget(): boolean {
    for (const alarm of [this.moveAlarm, this.leaveAlarm, this.gateAlarm]) alarm.set(null);
    this.gate.reset();
    this.wheel.reset();
    this.keys.value = "";
    const hadMore = this.held !== 0 || this.sticky.held.size > 0;
    this.held = 0;
    this.sticky.reset();
    this.events.stickyChanged(this.sticky.held);
    return this.keyboard.reset() || hadMore;
  }
}
