/** One signaling socket: a WebSocket that speaks signals and dies at most once. */

import { decodeSignal } from "../protocol/decode";
import type { SignalFromViewer, SignalToViewer } from "../protocol/wire";

export interface SocketEvents {
  opened(): void;
  received(signal: SignalToViewer): void;
  closed(): void;
}

/** Where this page's own server takes signals. */
export function socketAddress(): string {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}/v1/ws`;
}

export class SignalingSocket {
  private readonly socket: WebSocket;

  constructor(events: SocketEvents) {
    this.socket = new WebSocket(socketAddress());
    this.socket.onopen = () => events.opened();
    this.socket.onmessage = (message) => {
      const signal = decodeSignal(message.data);
      if (signal) events.received(signal);
    };
    this.socket.onclose = () => events.closed();
  }

  send(signal: SignalFromViewer): void {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(signal));
  }

  /** Close and fall silent: a socket we gave up has nothing more to tell. */
  close(): void {
    this.socket.onopen = this.socket.onmessage = this.socket.onclose = null;
    this.socket.close();
  }
}
