/** Fingers on the stage: DOM events -> gestures -> pointer, wheel and view. */

import { fraction16, offsetOf } from "../input/geometry";
import { Gestures, type TouchEffect, type TouchMode } from "../touch/gestures";
import type { Hand } from "./hand";
import type { Screen } from "./screen";

const now_s = (): number => performance.now() / 1000;
const BUZZ_MS = 12;

export class TouchHand {
  private readonly gestures: Gestures;
  private timer = 0;
  /** What is left of a way that ended between two pixels of the host. */
  private rest = { x: 0, y: 0 };

  constructor(
    private readonly screen: Screen,
    private readonly hand: Hand,
    private readonly mode: () => TouchMode,
  ) {
    this.gestures = new Gestures(() => ({ mode: this.mode(), isControlling: hand.isHolding, isZoomed: screen.isZoomed }));
    const { stage } = screen;
    stage.addEventListener("pointerdown", (event) => {
      if (event.pointerType !== "touch") return;
      event.preventDefault();
      stage.setPointerCapture(event.pointerId);
      hand.focus();
      this.carryOut(this.gestures.down(event.pointerId, { x: event.clientX, y: event.clientY }, now_s()));
    });
    stage.addEventListener("pointermove", (event) => {
      if (event.pointerType === "touch") this.carryOut(this.gestures.move(event.pointerId, { x: event.clientX, y: event.clientY }, now_s()));
    });
    stage.addEventListener("pointerup", (event) => {
      if (event.pointerType === "touch") this.carryOut(this.gestures.up(event.pointerId, now_s()));
    });
    stage.addEventListener("pointercancel", (event) => {
      if (event.pointerType === "touch") this.carryOut(this.gestures.cancel());
    });
  }

  private carryOut(effects: TouchEffect[]): void {
    for (const effect of effects) this.act(effect);
    clearTimeout(this.timer);
    const { deadline } = this.gestures;
    if (deadline !== null) {
      this.timer = window.setTimeout(() => this.carryOut(this.gestures.expire(now_s())), Math.max(0, (deadline - now_s()) * 1000));
    }
  }

  private act(effect: TouchEffect): void {
    switch (effect.type) {
      case "point":
        return this.hand.moveTo(this.screen.position({ clientX: effect.x, clientY: effect.y }, this.hand.shown));
      case "nudge":
        return this.nudge(effect.dx, effect.dy);
      case "button":
        return this.hand.pressAt(effect.button, effect.isDown);
      case "scroll":
        return this.scroll(effect.dx, effect.dy);
      case "zoom":
        return this.screen.zoomBy(effect.factor, effect.x, effect.y);
      case "pan":
        return this.screen.panBy(effect.dx, effect.dy);
      case "felt":
        navigator.vibrate?.(BUZZ_MS);
    }
  }

  /** The content follows the fingers, in the host's pixels; a wheel counts the other way. */
  private scroll(dx: number, dy: number): void {
    const scale = this.screen.box.width / this.hand.shown.width;
    this.hand.scrollBy(-dx / scale, -dy / scale);
  }

  private nudge(dx: number, dy: number): void {
    const { hand, screen } = this;
    const [{ width, height }, { x, y }, { box }] = [hand.shown, hand.place, screen];
    const to = { x: offsetOf(x, box.width, width) + dx + this.rest.x, y: offsetOf(y, box.height, height) + dy + this.rest.y };
    const position = { x: fraction16(to.x, 0, box.width, width), y: fraction16(to.y, 0, box.height, height) };
    // Less than a pixel is kept for the next way; what leads beyond the edge is not.
    this.rest = { x: within(to.x - offsetOf(position.x, box.width, width), box.width / width), y: within(to.y - offsetOf(position.y, box.height, height), box.height / height) };
    hand.moveTo(position);
    screen.follow(position, hand.shown);
  }
}

const within = (value: number, limit: number): number => (Math.abs(value) < limit ? value : 0);
