/**
 * The viewer page's first script: enters the link's room while the page's other scripts are still on their way.
 *
 * It imports nothing, which would be one more way there and back. What it says is what the page would say first
 * (``test/early.test.ts``). A socket that nobody takes is closed by the server after some seconds.
 */

/** Dialled, said and heard before the page's scripts were here. */
export interface Early {
  readonly socket: WebSocket;
  /** Empty before the socket is open. */
  said: string;
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
  const early: Early = { socket: new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/ws`), said: "", heard: [] };
  early.socket.onopen = () => {
    early.said = JSON.stringify({ type: "room.enter", version: 3, room });
    early.socket.send(early.said);
  };
  early.socket.onmessage = ({ data }) => {
    if (early.heard.length < MOST_HEARD) early.heard.push(data);
  };
  globalThis.early = early;
}
