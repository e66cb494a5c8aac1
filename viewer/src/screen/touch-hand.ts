/** Fingers on the stage: DOM events -> gestures -> pointer, wheel and view. */

import { Alarm, now_s } from "../alarm";
import { fraction16, offsetOf } from "../input/geometry";
import { Gestures, type TouchEffect, type TouchMode } from "../touch/gestures";
import type { Hand } from "./hand";
import type { Screen } from "./screen";

const BUZZ_MS = 12;

export class TouchHand {
  private readonly gestures: Gestures;
  private readonly alarm = new Alarm(() => this.carryOut(this.gestures.expire(now_s())));
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
    this.alarm.set(this.gestures.deadline);
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
    const across = moved(x, dx + this.rest.x, box.width, width);
    const down = moved(y, dy + this.rest.y, box.height, height);
    this.rest = { x: across.rest, y: down.rest };
    const position = { x: across.to, y: down.to };
    hand.moveTo(position);
    screen.follow(position, hand.shown);
  }
}

/** Move ``by`` from a Fraction16 along ``length``, the picture of ``count`` pixels; what is less than a pixel is left. */
function moved(from: number, by: number, length: number, count: number): { to: number; rest: number } {
  const at = offsetOf(from, length, count) + by;
  const to = fraction16(at, 0, length, count);
  const rest = at - offsetOf(to, length, count);
  // What leads beyond the edge is not kept.
  return { to, rest: Math.abs(rest) < length / count ? rest : 0 };
}
