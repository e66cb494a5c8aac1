/** One signaling socket: a WebSocket that speaks signals, sealed as soon as there is a key, and dies at most once. */

import {
  decodeClearSignal,
  decodeSealedSignal,
  type SignalFromViewer,
  type SignalToViewer,
} from "../protocol/decode";
import type { Seal } from "../trust/seal";
import { Dial } from "./dial";
import type { Early } from "./early";

export interface SocketEvents {
  opened(): void;
  received(signal: SignalToViewer): void;
  /** An error in the clear: anybody on the way may say it. */
  carrierRefused(code: string): void;
  /** Somebody on the way altered, repeated or left out what the host said, or put words into his mouth. */
  altered(): void;
  closed(): void;
}

export class SignalingSocket {
  private readonly dial: Dial;
  /** Null before it is open. */
  private socket: WebSocket | null = null;
  /** What was said for us, until we say it ourselves. */
  private early: Early | null = null;
  private seal: Seal | null = null;
  /** The host showed that he has the key too. */
  private isConfirmed = false;

  constructor(private readonly events: SocketEvents) {
    this.dial = new Dial((socket, early) => this.opened(socket, early), events.closed);
  }

  send(signal: SignalFromViewer): void {
    const text = JSON.stringify(signal);
    this.write(this.seal ? JSON.stringify({ type: "sealed", box: this.seal.close(text) }) : text);
  }

  /** Seal what is sent and heard from here on. */
  sealWith(seal: Seal): void {
    this.seal = seal;
  }

  /** Close and fall silent: a socket we gave up has nothing more to tell. */
  close(): void {
    this.dial.cancel();
    if (!this.socket) return;
    this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }

  private opened(socket: WebSocket, early: Early | null): void {
    this.socket = socket;
    this.early = early;
    socket.onmessage = (message) => this.take(message.data);
    socket.onclose = () => this.events.closed();
    this.events.opened();
  }

  private write(text: string): void {
    if (this.early) return this.goOn(text, this.early);
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  /** What was said already is not said again, and what was heard since is heard now. */
  private goOn(text: string, { said, heard }: Early): void {
    this.early = null;
    if (text === said) return queueMicrotask(() => heard.forEach((data) => this.take(data)));
    this.close();
    this.events.closed();
  }

  private take(data: unknown): void {
    const signal = decodeClearSignal(data);
    if (signal?.type === "sealed") return this.open(signal.box);
    if (!signal) return;
    if (signal.type === "error") return this.events.carrierRefused(signal.code);
    // A host who has no key, because the secret is wrong, says so in the clear.
    const mayBeHost = this.seal ? signal.type === "knock.denied" && !this.isConfirmed : true;
    if (mayBeHost) this.events.received(signal);
    else this.events.altered();
  }

  private open(box: string): void {
    const text = this.seal?.open(box) ?? null;
    if (text === null) return this.events.altered();
    this.isConfirmed = true;
    const signal = decodeSealedSignal(text);
    if (signal) this.events.received(signal);
  }
}
