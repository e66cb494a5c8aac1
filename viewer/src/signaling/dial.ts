/** Dials this page's own server: once more where the first dial is slow, and whichever opens first is taken. */

/** Longer than a good way takes; a lost first packet of TCP, or of what upgrades it, costs up to a second. */
export const SECOND_DIAL_MS = 400;

/** Where this page's own server takes signals. */
export function socketAddress(): string {
  return `${location.origin.replace(/^http/, "ws")}/v1/ws`;
}

/** The socket that was dialled before this script was here, once, if it is still of use. */
function takeEarlySocket(): WebSocket | null {
  const early = globalThis.earlySocket;
  globalThis.earlySocket = undefined;
  return early && early.readyState <= WebSocket.OPEN ? early : null;
}

export class Dial {
  private readonly dialled = new Set<WebSocket>();
  private readonly timer: ReturnType<typeof setTimeout>;

  /** ``opened`` or ``failed`` is called once, and neither after ``cancel``. */
  constructor(
    private readonly opened: (socket: WebSocket) => void,
    private readonly failed: () => void,
  ) {
    this.await(takeEarlySocket() ?? new WebSocket(socketAddress()));
    this.timer = setTimeout(() => this.await(new WebSocket(socketAddress())), SECOND_DIAL_MS);
  }

  cancel(): void {
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
    this.cancel();
    this.opened(socket);
  }

  private giveUp(socket: WebSocket): void {
    this.dialled.delete(socket);
    if (this.dialled.size > 0) return;
    clearTimeout(this.timer);
    this.failed();
  }
}
