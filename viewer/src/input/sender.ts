/** Numbers the input messages and knows when the way is full; the channels are given. Sans-DOM. */

import { packPointer } from "../protocol/pointer";
import type { InputFromViewer, SessionDescribed } from "../protocol/wire";
import type { KeyEffect } from "./keyboard";
import type { Position, Step } from "./pacer";

/** What ``RTCDataChannel`` has of use here. */
export interface Channel {
  readonly readyState: string;
  readonly bufferedAmount: number;
  send(data: string | ArrayBuffer): void;
}

/**
 * Bounds. A move that cannot leave is worth nothing: the next one replaces it. Wheel turns and a locked
 * pointer's steps are dropped when a screenful of them waits. Keys and buttons are never dropped, because a lost release is a stuck key;
 * a person cannot type more than some hundred bytes before the heartbeat ends the path.
 */
const POINTER_LIMIT_BYTES = 256;
const STEP_LIMIT_BYTES = 8_192;
const SEQUENCES = 2 ** 32;

export class InputSender {
  private seq = 0;

  constructor(
    private readonly input: Channel,
    private readonly pointer: Channel,
    private readonly monitor: () => number,
    /** The half of control that was granted: what belongs to the other one is not sent. */
    private readonly reach: () => SessionDescribed["control_reach"],
    /** The host's clock; null while it is not known. What begins something says when that was. */
    private readonly hostTicks: () => number | null,
  ) {}

  move(position: Position): void {
    if (this.reach() === "keyboard" || this.pointer.readyState !== "open" || this.pointer.bufferedAmount > POINTER_LIMIT_BYTES) return;
    this.pointer.send(packPointer({ seq: this.next(), monitor: this.monitor(), ...position }));
  }

  /** Move on from where the pointer is; these steps are in order and not lost, since none stands for the other. */
  shift(step: Step): void {
    if (this.reach() === "keyboard" || this.input.bufferedAmount > STEP_LIMIT_BYTES) return;
    this.send({ type: "pointer.shift", seq: this.next(), monitor: this.monitor(), ...step });
  }

  /** Without a position: where the pointer is. */
  button(button: number, isDown: boolean, position: Position | null): void {
    if (this.reach() === "keyboard") return;
    const where = { seq: this.next(), button, monitor: this.monitor(), ...position };
    this.send(isDown ? { type: "button.press", ...where, made: this.hostTicks() } : { type: "button.release", ...where });
  }

  wheel(turn: Step, position: Position | null): void {
    if (this.reach() === "keyboard" || this.input.bufferedAmount > STEP_LIMIT_BYTES) return;
    this.send({ type: "wheel.turn", seq: this.next(), ...turn, monitor: this.monitor(), ...position, made: this.hostTicks() });
  }

  key(effect: Exclude<KeyEffect, { type: "leave" }>): void {
    if (this.reach() === "pointer") return;
    switch (effect.type) {
      case "press":
        return this.send({
          type: "key.press",
          seq: this.next(),
          code: effect.code,
          key: effect.key,
          ...(effect.repeat ? { repeat: true } : {}),
          made: this.hostTicks(),
        });
      case "release":
        return this.send({ type: "key.release", seq: this.next(), code: effect.code });
      case "text":
        return this.send({ type: "text.type", seq: this.next(), text: effect.text, made: this.hostTicks() });
    }
  }

  releaseAll(): void {
    this.send({ type: "input.release", seq: this.next() });
  }

  private next(): number {
    this.seq = (this.seq + 1) % SEQUENCES;
    return this.seq;
  }

  private send(message: InputFromViewer): void {
    if (this.input.readyState === "open") this.input.send(JSON.stringify(message));
  }
}
