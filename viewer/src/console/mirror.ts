/**
 * Sans-IO: the console page as a mirror of the host, and its line to it.
 *
 * The host tells its whole state after each change; between two of them the page only counts time on.
 */

import type { ConsoleEvent, HostDescribed, Receipt, ViewerDescription, WindowDescription } from "../protocol/wire";
import { redialPause_s } from "../session/backoff";
import { hostSays, words } from "../words/language";
import { logWords } from "./log-words";

/** A host that does not come back within this time has stopped. */
export const AWAY_LIMIT_S = 10;

export type Phase = "entering" | "open" | "away" | "refused" | "stopped";

export const MOST_LOGGED = 100;

/** One thing that happened; ``at`` in monotonic seconds of this page. */
export interface LogEntry {
  readonly at: number;
  readonly text: string;
}

export interface ConsoleView {
  readonly phase: Phase;
  readonly host: HostDescribed | null;
  /** Monotonic seconds at which ``host`` was told: what counts on counts from there. */
  readonly toldAt: number;
  readonly stopReason: string;
  /** What was on the host's display when this page asked last. */
  readonly windows: readonly WindowDescription[];
  /** Who was here, as this page asked last, or as the host told when it stopped. */
  readonly receipts: readonly Receipt[];
  /** The newest ``MOST_LOGGED`` things, the oldest first. */
  readonly log: readonly LogEntry[];
}

export interface Note {
  text: string;
  tone: "plain" | "trouble";
}

export type ConsoleInput =
  | { type: "start"; token: string | null }
  | { type: "opened" }
  | { type: "told"; event: ConsoleEvent }
  | { type: "closed" }
  /** This page told the host to stop: the line that closes now will not come back. */
  | { type: "stop_told" };

export type ConsoleEffect =
  | { type: "dial" }
  | { type: "enter"; token: string }
  | { type: "keep-token"; token: string }
  | { type: "forget-token" }
  /** The host listens now: say whether this page is looked at. */
  | { type: "look" }
  | { type: "note"; note: Note };

export class ConsoleMirror {
  view: ConsoleView = { phase: "entering", host: null, toldAt: 0, stopReason: "", windows: [], receipts: [], log: [] };
  private token: string | null = null;
  private failures = 0;
  private awaySince: number | null = null;
  private redialAt: number | null = null;
  private isStopTold = false;
  private readonly names = new Map<string, string>();

  get deadline(): number | null {
    return this.redialAt;
  }

  receive(input: ConsoleInput, now: number): ConsoleEffect[] {
    switch (input.type) {
      case "start":
        this.token = input.token;
        if (input.token === null) {
          this.update({ phase: "refused" });
          return [];
        }
        return [{ type: "dial" }];
      case "opened":
        return this.token === null ? [] : [{ type: "enter", token: this.token }];
      case "closed":
        return this.closed(now);
      case "stop_told":
        this.isStopTold = true;
        return [];
      case "told":
        return this.told(input.event, now);
    }
  }

  expire(now: number): ConsoleEffect[] {
    if (this.redialAt === null || now < this.redialAt) return [];
    this.redialAt = null;
    return [{ type: "dial" }];
  }

  private update(change: Partial<ConsoleView>): void {
    this.view = { ...this.view, ...change };
  }

  private closed(now: number): ConsoleEffect[] {
    if (this.view.phase === "refused" || this.view.phase === "stopped") return [];
    this.awaySince ??= now;
    if (this.isStopTold || now - this.awaySince >= AWAY_LIMIT_S) {
      this.update({ phase: "stopped" });
      return [];
    }
    this.redialAt = now + redialPause_s(this.failures);
    this.failures += 1;
    this.update({ phase: this.view.host ? "away" : "entering" });
    return [];
  }

  private note(happened: ConsoleEvent, at: number): void {
    const text = logWords(happened, this.names);
    if (text !== null) this.update({ log: [...this.view.log, { at, text }].slice(-MOST_LOGGED) });
  }

  private told(event: ConsoleEvent, now: number): ConsoleEffect[] {
    this.note(event, now);
    switch (event.event) {
      case "console.entered":
        this.token = event.token;
        this.failures = 0;
        this.awaySince = null;
        // The host tells its log again.
        this.update({ phase: "open", log: [] });
        return [{ type: "keep-token", token: event.token }, { type: "look" }];
      case "logged":
        this.note(event.happened, now - event.ago_s);
        return [];
      case "host.described":
        this.update({ host: event, toldAt: now });
        return [];
      case "windows.listed":
        this.update({ windows: event.windows });
        return [];
      case "receipts.listed":
        this.update({ receipts: event.receipts });
        return [];
      case "stopped":
        this.update({ phase: "stopped", stopReason: event.reason });
        return [{ type: "forget-token" }];
      case "error":
        if (this.view.phase !== "open") {
          this.update({ phase: "refused" });
          return [{ type: "forget-token" }];
        }
        return trouble(event);
      case "warning":
        return trouble(event);
      case "control.lasts":
        return note("plain", logWords(event, this.names) ?? "");
      case "viewer.joined":
        return note("plain", words().console.joined(event.name || words().console.aGuest));
      case "recording.stopped":
        return note("plain", words().console.recordingSaved(event.path));
      default:
        // Everything else stands in the next ``host.described``.
        return [];
    }
  }
}

function note(tone: Note["tone"], text: string): ConsoleEffect[] {
  return [{ type: "note", note: { tone, text } }];
}

function trouble({ code, message, hint }: { code: string; message: string; hint?: string }): ConsoleEffect[] {
  return note("trouble", hostSays(code, hint ? `${message} – ${hint}` : message));
}

/** The question that is on the table: somebody knocks, or asks for control or another right. */
export interface Question {
  kind: "knock" | "control" | "right";
  viewer: ViewerDescription;
  /** How many more wait behind it. */
  behind: number;
}

/** Return the oldest open question; null: nothing to answer. */
export function openQuestion(viewers: readonly ViewerDescription[]): Question | null {
  const asking = viewers.filter((viewer) => viewer.phase === "knocking" || viewer.asks);
  const urgent = asking.toSorted((a, b) => (a.answer_in_s ?? Infinity) - (b.answer_in_s ?? Infinity));
  const viewer = urgent[0];
  if (!viewer) return null;
  const kind = viewer.phase === "knocking" ? "knock" : viewer.asks === "control" ? "control" : "right";
  return { kind, viewer, behind: urgent.length - 1 };
}
