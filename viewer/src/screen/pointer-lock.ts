/** The mouse bound to the host: how far it goes counts, not where it is. The browser's own Esc lets it go. */

import { Alarm, now_s } from "../alarm";
import { StepPacer, type Step } from "../input/pacer";


export interface PointerLockEvents {
  /** The mouse went so far. */
  stepped(step: Step): void;
  changed(isHeld: boolean): void;
  /** The browser refused; it does so for a second or two after Esc. */
  refused(): void;
}

export class PointerLock {
  private readonly pacer = new StepPacer();
  private readonly alarm = new Alarm(() => this.pass(this.pacer.expire(now_s())));

  constructor(
    private readonly element: HTMLElement,
    private readonly events: PointerLockEvents,
  ) {
    document.addEventListener("pointerlockchange", () => {
      this.alarm.set(null);
      this.pacer.reset();
      events.changed(this.isHeld);
    });
    document.addEventListener("pointerlockerror", () => events.refused());
  }

  /** Whether this browser can do it, and a mouse is there. */
  get isPossible(): boolean {
    return "requestPointerLock" in this.element && matchMedia("(any-pointer: fine)").matches;
  }

  get isHeld(): boolean {
    return document.pointerLockElement === this.element;
  }

  /** Take the mouse; the browser wants a click or a key before. */
  async take(): Promise<void> {
    try {
      await this.request({ unadjustedMovement: true });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      // Whether the system can tell the mouse's own counts is known only by asking; else pointerlockerror has told.
      if (error.name === "NotSupportedError") await this.request().catch(() => undefined);
    }
  }

  letGo(): void {
    if (this.isHeld) document.exitPointerLock();
  }

  moved({ movementX, movementY }: { movementX: number; movementY: number }): void {
    this.pass(this.pacer.receive({ dx: movementX, dy: movementY }, now_s()));
  }

  /** Tell at once what still waits: a click is to land where the pointer has come to. */
  flush(): void {
    this.pass(this.pacer.flush(now_s()));
  }

  /** Older browsers promise nothing. */
  private async request(options?: { unadjustedMovement: boolean }): Promise<void> {
    await (this.element.requestPointerLock as (options?: { unadjustedMovement: boolean }) => Promise<void> | undefined).call(this.element, options);
  }

  private pass(step: Step | null): void {
    if (step) this.events.stepped(step);
    this.alarm.set(this.pacer.deadline);
  }
}
