/** Text from outside -> messages of one channel. */

import type {
  ClearFromViewer,
  ClearToViewer,
  ConsoleEvent,
  Sealed,
  SealedFromViewer,
  SealedToViewer,
  SessionToViewer,
} from "./wire";

export const PROTOCOL_VERSION = 4;

/** What the two sides say on the socket, whether it was sealed or not. */
export type SignalFromViewer = Exclude<ClearFromViewer, Sealed> | SealedFromViewer;
export type SignalToViewer = Exclude<ClearToViewer, Sealed> | SealedToViewer;

/** Every kind that there is: the compiler misses none. */
function known<Tag extends string>(tags: Record<Tag, true>): ReadonlySet<string> {
  return new Set(Object.keys(tags));
}

const CLEAR_SIGNALS = known<ClearToViewer["type"]>({
  "knock.challenged": true,
  "knock.revealed": true,
  "knock.denied": true,
  sealed: true,
  error: true,
});

const SEALED_SIGNALS = known<SealedToViewer["type"]>({
  "sign-in.offered": true,
  "sign-in.asked": true,
  "sign-in.done": true,
  "knock.waiting": true,
  "knock.admitted": true,
  "knock.denied": true,
  "peer.answered": true,
  "share.ended": true,
  error: true,
});

const SESSION_MESSAGES = known<SessionToViewer["type"]>({
  "heartbeat.echoed": true,
  "session.described": true,
  "cursor.shaped": true,
  "video.described": true,
  "control.waiting": true,
  "control.granted": true,
  "control.refused": true,
  "capability.refused": true,
  "control.revoked": true,
  "clipboard.offered": true,
  "clipboard.taken": true,
  "clipboard.refused": true,
  "session.ended": true,
  error: true,
});

function decode(text: unknown, tagField: string): { tag: string; message: object } | null {
  if (typeof text !== "string") return null;
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof message !== "object" || message === null) return null;
  const tag = (message as Record<string, unknown>)[tagField];
  return typeof tag === "string" ? { tag, message } : null;
}

/** Return what anybody on the way may have written, or null for what this page does not know: it is ignored. */
export function decodeClearSignal(text: unknown): ClearToViewer | null {
  const found = decode(text, "type");
  return found && CLEAR_SIGNALS.has(found.tag) ? (found.message as ClearToViewer) : null;
}

/** Return what the host closed, or null for what this page does not know: it is ignored. */
export function decodeSealedSignal(text: unknown): SealedToViewer | null {
  const found = decode(text, "type");
  return found && SEALED_SIGNALS.has(found.tag) ? (found.message as SealedToViewer) : null;
}

/** Return the session message in ``text``, or null for what this page does not know. */
export function decodeSessionMessage(text: unknown): SessionToViewer | null {
  const found = decode(text, "type");
  return found && SESSION_MESSAGES.has(found.tag) ? (found.message as SessionToViewer) : null;
}

/** Return the console event in ``text``, or null. */
export function decodeConsoleEvent(text: unknown): ConsoleEvent | null {
  const found = decode(text, "event");
  return found ? (found.message as ConsoleEvent) : null;
}
