/** The shell of the clipboards' exchange: its channel, its clock, and this browser's clipboard. */

import { signal } from "@preact/signals";
import { ClipExchange, type ClipEffect, type ClipEvent, type ClipTrouble, type ClipView } from "../clipboard/exchange";
import { MAX_CLIP_BYTES, packClip, sizeOf, unpackClip, type Clip } from "../clipboard/message";
import type { SessionFromViewer } from "../protocol/wire";
import { copyClip, pastedClip } from "./clipboard";

/** All channels share one queue at the host: what waits here is what a key waits for. */
const MOST_UNSENT_BYTES = 2 * MAX_CLIP_BYTES;

export interface ClipsEvents {
  send(message: SessionFromViewer): void;
  /** What the host copied is here, and this browser wants a click before it takes it. */
  waits(): void;
}

const now_s = (): number => performance.now() / 1000;

export class Clips {
  readonly view;
  private readonly exchange = new ClipExchange();
  private channel: RTCDataChannel | null = null;
  private going: Iterator<ArrayBuffer> | null = null;
  private readonly unsettled = new Map<number, (trouble: ClipTrouble | null) => void>();
  private tickets = 0;
  private timer = 0;

  constructor(private readonly events: ClipsEvents) {
    this.view = signal<ClipView>(this.exchange.view);
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
    this.carryOut(this.exchange.receive(event, now_s()));
  }

  /** Bring ``clip`` to the host; resolves to what went wrong, null for nothing. */
  send(clip: Clip, limit_bytes: number): Promise<ClipTrouble | null> {
    return new Promise((resolve) => {
      const ticket = ++this.tickets;
      this.unsettled.set(ticket, resolve);
      this.receive({ type: "send", ticket, clip, limit_bytes });
    });
  }

  /** Bring what was pasted to the host; resolves to false where nothing of it can travel. */
  async sendPasted(data: DataTransfer, limit_bytes: number): Promise<ClipTrouble | null | false> {
    const clip = await pastedClip(data);
    return sizeOf(clip) === 0 ? false : this.send(clip, limit_bytes);
  }

  private carryOut(effects: ClipEffect[]): void {
    for (const effect of effects) this.act(effect);
    this.view.value = this.exchange.view;
    clearTimeout(this.timer);
    const { deadline } = this.exchange;
    if (deadline !== null) {
      this.timer = window.setTimeout(() => this.carryOut(this.exchange.expire(now_s())), Math.max(0, (deadline - now_s()) * 1000));
    }
  }

  private act(effect: ClipEffect): void {
    switch (effect.type) {
      case "send-session":
        return this.events.send(effect.message);
      case "send-clip":
        this.going = packClip(effect.id, effect.clip);
        return this.drain();
      case "arrived":
        void this.keep(effect.clip);
        return;
      case "settled":
        this.going = null;
        this.unsettled.get(effect.ticket)?.(effect.trouble);
        this.unsettled.delete(effect.ticket);
    }
  }

  private async keep(clip: Clip): Promise<void> {
    // A page behind others may not write, and should not.
    if (!document.hasFocus() || !(await copyClip(clip))) this.events.waits();
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
