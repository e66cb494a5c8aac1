/**
 * The viewer page's first script: dials the server while the page's others are still on their way.
 *
 * It imports nothing, which would be one more way there and back. A socket that nobody takes is closed by the
 * server after some seconds.
 */

declare global {
  var earlySocket: WebSocket | undefined;
}

// Whoever comes by a link or a code dials without being asked; the fragment itself is left alone.
if (/^#[kc]=/.test(location.hash)) globalThis.earlySocket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/v1/ws`);

export {};
