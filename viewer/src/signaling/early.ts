/**
 * The viewer page's first script: enters the link's room while the page's other scripts are still on their way.
 *
 * It imports nothing, which would be one more way there and back. What it says is what the page would say first
 * (``test/early.test.ts``). A socket that nobody takes is closed by the server after some seconds.
 */

/** Dialled, said and heard before the page's scripts were here. */
export interface Early {
  readonly socket: WebSocket;
  /** By ``performance.now()``. */
  readonly dialledAt: number;
  readonly said: string;
  readonly heard: unknown[];
}

declare global {
  var early: Early | undefined;
}

/** A host says one thing to who enters, and then waits for him. */
const MOST_HEARD = 4;

const room = /^\/j\/([A-Za-z0-9_-]{1,64})\/?$/.exec(location.pathname)?.[1];
// With a spoken code, entering without an answer could cost one of its few guesses. The secret is left alone.
if (room && location.hash.startsWith("#k=")) {
  const said = JSON.stringify({ type: "room.enter", version: 4, room });
  // In the address it is there with the socket, and not one way there and back later.
  const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/ws?first=${encodeURIComponent(said)}`);
  const heard: unknown[] = [];
  socket.onmessage = ({ data }) => {
    if (heard.length < MOST_HEARD) heard.push(data);
  };
  globalThis.early = { socket, dialledAt: performance.now(), said, heard };
}
