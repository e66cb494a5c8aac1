/** The shell of the clipboards' exchange: its channel, its clock, and this browser's clipboard. */

import { Alarm, now_s } from "../alarm";
import { signal } from "@preact/signals";
import { ClipExchange, type ClipEffect, type ClipEvent, type ClipTrouble, type ClipView } from "../clipboard/exchange";
import { Newest } from "../clipboard/newest";
import { MAX_CLIP_BYTES, packClip, sizeOf, unpackClip, type Clip } from "../clipboard/message";
import type { SessionFromViewer } from "../protocol/wire";
import { copyClip, pastedClip } from "./clipboard";

/** All channels share one queue at the host: what waits here is what a key waits for. */
const MOST_UNSENT_BYTES = 2 * MAX_CLIP_BYTES;

/** Once when it is here, once more within a gesture. */
const MOST_TRIES = 2;

export interface ClipsEvents {
  send(message: SessionFromViewer): void;
  /** What the host copied is here, and this browser wants a click before it takes it. */
  waits(): void;
}


export class Clips {
  readonly view;
  private readonly exchange = new ClipExchange();
  private channel: RTCDataChannel | null = null;
  private going: Iterator<ArrayBuffer> | null = null;
  private readonly unsettled = new Map<number, (trouble: ClipTrouble | null) => void>();
  private readonly newest = new Newest();
  private tickets = 0;
  private readonly alarm = new Alarm(() => this.carryOut(this.exchange.expire(now_s())));
  /** What the host copied and this browser has not taken yet. */
  private unkept: { clip: Clip; triesLeft: number } | null = null;

  /** ``field`` has the focus while the keyboard is at the host. */
  constructor(
    private readonly field: HTMLElement,
    private readonly events: ClipsEvents,
  ) {
    this.view = signal<ClipView>(this.exchange.view);
    for (const type of ["blur", "copy", "cut"]) addEventListener(type, () => this.left());
    // What a browser refuses when it comes it takes within a gesture.
    for (const type of ["keydown", "pointerdown"]) addEventListener(type, () => void this.keep(), { capture: true });
  }

  /** Whether the host's clipboard was filled last: pasting there needs nothing from here. */
  isAtHost(): boolean {
    return this.newest.isAtHost(now_s());
  }

  copyPressed(): void {
    this.newest.copyPressed(now_s());
  }

  /** Use the channel of a new connection; null: there is none now. */
  meet(channel: RTCDataChannel | null): void {
    this.receive({ type: "lost" });
    this.going = null;
    this.channel = channel;
    if (!channel) return;
    channel.binaryType = "arraybuffer";
    channel.bufferedAmountLowThreshold = MAX_CLIP_BYTES;
    channel.onbufferedamountlow = () => this.drain();
    channel.onmessage = ({ data }) => {
      const message = unpackClip(data);
      if (message) this.receive({ type: "came", message });
    };
  }

  receive(event: ClipEvent): void {
    if (event.type === "told" && event.message.type === "clipboard.offered") {
      this.newest.hostCopied();
      this.unkept = null;
    }
    if (event.type === "lost") this.newest.left();
    this.carryOut(this.exchange.receive(event, now_s()));
  }

  /** Bring ``clip`` to the host; resolves to what went wrong, null for nothing. */
  async send(clip: Clip): Promise<ClipTrouble | null> {
    const trouble = await new Promise<ClipTrouble | null>((resolve) => {
      const ticket = ++this.tickets;
      this.unsettled.set(ticket, resolve);
      this.receive({ type: "send", ticket, clip });
    });
    if (trouble === null) this.newest.delivered(clip);
    return trouble;
  }

  /** Bring what was pasted to the host; resolves to false where nothing of it can travel. */
  async sendPasted(data: DataTransfer): Promise<ClipTrouble | null | false> {
    const clip = await pastedClip(data);
    if (sizeOf(clip) === 0 || this.newest.isOlder(clip)) return false;
    return this.send(clip);
  }

  private left(): void {
    this.newest.left();
    // What is copied from now on, in another window or here, is not to be written over.
    this.unkept = null;
  }

  private carryOut(effects: ClipEffect[]): void {
    for (const effect of effects) this.act(effect);
    this.view.value = this.exchange.view;
    this.alarm.set(this.exchange.deadline);
  }

  private act(effect: ClipEffect): void {
    switch (effect.type) {
      case "send-session":
        return this.events.send(effect.message);
      case "send-clip":
        this.going = packClip(effect.id, effect.clip);
        return this.drain();
      case "arrived":
        // A page behind others may not write, and should not.
        if (!document.hasFocus()) return this.events.waits();
        this.unkept = { clip: effect.clip, triesLeft: MOST_TRIES };
        void this.keep();
        return;
      case "settled":
        this.going = null;
        this.unsettled.get(effect.ticket)?.(effect.trouble);
        this.unsettled.delete(effect.ticket);
    }
  }

  private async keep(): Promise<void> {
    const { unkept } = this;
    // Whoever writes in a field or a panel keeps what he has selected there.
    const isFree = document.activeElement === this.field || document.activeElement === document.body;
    if (!unkept || unkept.triesLeft === 0 || !isFree) return;
    // Not every key is a gesture: Shift and Control alone are none to Firefox, and would use up the tries.
    const activation = navigator.userActivation as UserActivation | undefined;
    if (unkept.triesLeft < MOST_TRIES && activation?.isActive === false) return;
    unkept.triesLeft -= 1;
    const isKept = await copyClip(unkept.clip);
    if (this.unkept !== unkept) return;
    if (isKept) this.unkept = null;
    else if (unkept.triesLeft === 0) this.events.waits();
  }

  private drain(): void {
    const { channel } = this;
    let hasSent = false;
    while (this.going && channel?.readyState === "open" && channel.bufferedAmount + MAX_CLIP_BYTES <= MOST_UNSENT_BYTES) {
      const { value, done } = this.going.next();
      if (done) this.going = null;
      else channel.send(value);
      hasSent = true;
    }
    if (hasSent) this.exchange.receive({ type: "sent-some" }, now_s());
  }
}
