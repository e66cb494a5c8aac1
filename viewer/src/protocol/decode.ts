/** Text from outside -> messages of one channel. */

import type { ConsoleEvent, SessionToViewer, SignalToViewer } from "./wire";

const SIGNALS: ReadonlySet<string> = new Set<SignalToViewer["type"]>([
  "knock.challenged",
  "knock.waiting",
  "knock.admitted",
  "knock.denied",
  "peer.answered",
  "share.ended",
  "error",
]);

const SESSION_MESSAGES: ReadonlySet<string> = new Set<SessionToViewer["type"]>([
  "heartbeat.echoed",
  "session.described",
  "cursor.shaped",
  "video.described",
  "control.waiting",
  "control.granted",
  "control.refused",
  "control.revoked",
  "clipboard.offered",
  "clipboard.taken",
  "clipboard.refused",
  "session.ended",
  "error",
]);

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

/** Return the signal in ``text``, or null for what this page does not know: it is ignored. */
export function decodeSignal(text: unknown): SignalToViewer | null {
  const found = decode(text, "type");
  return found && SIGNALS.has(found.tag) ? (found.message as SignalToViewer) : null;
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
