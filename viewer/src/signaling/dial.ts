/** Dials this page's own server: once more where the first dial is slow, and whichever opens first is taken. */

import type { Early } from "./early";

/** Longer than most ways take; a lost first packet of TCP, or of what upgrades it, costs up to a second. */
export const SECOND_DIAL_MS = 250;

/** Where this page's own server takes signals. */
export function socketAddress(): string {
  return `${location.origin.replace(/^http/, "ws")}/v1/ws`;
}

/** What was dialled before this script was here, once, if it is still of use. */
function takeEarly(): Early | null {
  const { early } = globalThis;
  globalThis.early = undefined;
  return early && early.socket.readyState <= WebSocket.OPEN ? early : null;
}

/**
 * Whether nobody answered the dial before. Browsers let sockets wait for seconds after a few of those, also when
 * somebody is there again; a plain request does not wait, so it goes first then.
 */
let wasRefused = false;

export class Dial {
  private readonly asking = new AbortController();
  private readonly dialled = new Set<WebSocket>();
  private readonly early = takeEarly();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** ``opened`` or ``failed`` is called once, and neither after ``cancel``; ``early``: what was said there already. */
  constructor(
    private readonly opened: (socket: WebSocket, early: Early | null) => void,
    private readonly failed: () => void,
  ) {
    if (wasRefused && !this.early) void this.ask();
    else this.begin();
  }

  private async ask(): Promise<void> {
    const { signal } = this.asking;
    const isThere = await fetch("/healthz", { cache: "no-store", signal }).then(
      () => true,
      () => false,
    );
    if (signal.aborted) return;
    if (isThere) this.begin();
    else this.failed();
  }

  private begin(): void {
    this.await(this.early?.socket ?? new WebSocket(socketAddress()));
    const waited_ms = this.early ? performance.now() - this.early.dialledAt : 0;
    this.timer = setTimeout(() => this.await(new WebSocket(socketAddress())), SECOND_DIAL_MS - waited_ms);
  }

  cancel(): void {
    this.asking.abort();
    clearTimeout(this.timer);
    for (const socket of this.dialled) {
      socket.onopen = socket.onclose = null;
      socket.close();
    }
    this.dialled.clear();
  }

  private await(socket: WebSocket): void {
    this.dialled.add(socket);
    socket.onopen = () => this.take(socket);
    socket.onclose = () => this.giveUp(socket);
    if (socket.readyState === WebSocket.OPEN) queueMicrotask(() => this.take(socket));
  }

  private take(socket: WebSocket): void {
    if (!this.dialled.delete(socket)) return;
    wasRefused = false;
    this.cancel();
    this.opened(socket, this.early?.socket === socket ? this.early : null);
  }

  private giveUp(socket: WebSocket): void {
    this.dialled.delete(socket);
    if (this.dialled.size > 0) return;
    clearTimeout(this.timer);
    wasRefused = true;
    this.failed();
  }
}
