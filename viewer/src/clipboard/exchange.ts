/**
 * Sans-DOM: the viewer's side of the clipboards. One transfer each way at a time; a newer one takes its place.
 *
 * What the host copied is fetched at once while it is small, else when somebody wants it. What came from the
 * host, or was sent to it last, is known there and not sent again.
 */

import type { ClipboardOffered, ClipboardRefused, ClipboardTaken, SessionFromViewer } from "../protocol/wire";
import { isSame, sizeOf, type Clip, type ClipFormat, type ClipMessage } from "./message";

/** What is larger waits until it is wanted: on a slow path it would be in the way. */
export const FETCHED_UNASKED_BYTES = 4 * 2 ** 20;
/** Nothing more comes: the host, or the path to it, has given up. */
export const SILENCE_LIMIT_S = 10;

export type ClipTrouble = ClipboardRefused["reason"] | "lost";

export interface ClipView {
  /** What the host has copied and this viewer may get. */
  readonly offered: ClipboardOffered | null;
  readonly arrived: Clip | null;
  readonly isFetching: boolean;
  readonly fetchTrouble: ClipTrouble | null;
  readonly sending: "rest" | "going" | "done" | ClipTrouble;
}

export type ClipEvent =
  /** Somebody wants ``clip`` on the host's clipboard; ``ticket`` says which wish is settled. */
  | { type: "send"; ticket: number; clip: Clip }
  | { type: "fetch" }
  /** How much the host lets pass. */
  | { type: "limited"; limit_bytes: number }
  | { type: "told"; message: ClipboardOffered | ClipboardTaken | ClipboardRefused }
  | { type: "came"; message: ClipMessage }
  /** Pieces still leave: the host is not silent, it has not got everything. */
  | { type: "sent-some" }
  | { type: "lost" };

export type ClipEffect =
  | { type: "send-session"; message: SessionFromViewer }
  | { type: "send-clip"; id: number; clip: Clip }
  /** The host copied this. */
  | { type: "arrived"; clip: Clip }
  /** What was to be sent is at the host (trouble null), or will not be. */
  | { type: "settled"; ticket: number; trouble: ClipTrouble | null };

interface Incoming {
  parts: readonly { format: ClipFormat; bytes: number }[];
  data: Uint8Array;
  filled: number;
}

const AT_REST: ClipView = { offered: null, arrived: null, isFetching: false, fetchTrouble: null, sending: "rest" };

export class ClipExchange {
  view: ClipView = AT_REST;
  private number = 0;
  private sending: { id: number; tickets: number[]; clip: Clip; deadline: number } | null = null;
  private fetching: { id: number; deadline: number; incoming: Incoming | null; isWanted: boolean } | null = null;
  private atHost: Clip | null = null;
  private limit_bytes = 0;

  get deadline(): number | null {
    const set = [this.sending?.deadline, this.fetching?.deadline].filter((at) => at !== undefined);
    return set.length === 0 ? null : Math.min(...set);
  }

  receive(event: ClipEvent, now: number): ClipEffect[] {
    switch (event.type) {
      case "send":
        return this.send(event.ticket, event.clip, now);
      case "limited":
        this.limit_bytes = event.limit_bytes;
        return [];
      case "fetch":
        return this.view.offered ? this.fetch(now, true) : [];
      case "told":
        return this.told(event.message, now);
      case "came":
        return this.came(event.message, now);
      case "sent-some":
        if (this.sending) this.sending.deadline = now + SILENCE_LIMIT_S;
        return [];
      case "lost":
        return this.lost();
    }
  }

  expire(now: number): ClipEffect[] {
    if (this.fetching && now >= this.fetching.deadline) this.endFetch("lost");
    return this.sending && now >= this.sending.deadline ? this.settle(this.sending, "lost") : [];
  }

  private update(change: Partial<ClipView>): void {
    this.view = { ...this.view, ...change };
  }

  private send(ticket: number, clip: Clip, now: number): ClipEffect[] {
    if (this.sending && isSame(clip, this.sending.clip)) {
      // Pasted again before it was there: once is enough for both.
      this.sending.tickets.push(ticket);
      return [];
    }
    const effects = this.sending ? this.settle(this.sending, "replaced") : [];
    const tickets = [ticket];
    if (this.atHost && isSame(clip, this.atHost)) return [...effects, ...this.settle({ tickets, clip }, null)];
    if (sizeOf(clip) > this.limit_bytes) return [...effects, ...this.settle({ tickets, clip }, "too-large")];
    const id = this.nextNumber();
    this.sending = { id, tickets, clip, deadline: now + SILENCE_LIMIT_S };
    this.update({ sending: "going" });
    return [...effects, { type: "send-clip", id, clip }];
  }

  private fetch(now: number, isWanted: boolean): ClipEffect[] {
    const id = this.nextNumber();
    this.fetching = { id, deadline: now + SILENCE_LIMIT_S, incoming: null, isWanted };
    this.update({ isFetching: true, fetchTrouble: null });
    return [{ type: "send-session", message: { type: "clipboard.fetch", id } }];
  }

  private told(message: ClipboardOffered | ClipboardTaken | ClipboardRefused, now: number): ClipEffect[] {
    if (message.type === "clipboard.offered") return this.offered(message, now);
    if (message.re === this.sending?.id) return this.settle(this.sending, message.type === "clipboard.refused" ? message.reason : null);
    if (message.re === this.fetching?.id && message.type === "clipboard.refused") this.endFetch(message.reason);
    return [];
  }

  private offered(offered: ClipboardOffered, now: number): ClipEffect[] {
    this.atHost = null;
    this.fetching = null;
    this.update({ offered, arrived: null, isFetching: false, fetchTrouble: null, sending: "rest" });
    const bytes = offered.parts.reduce((sum, part) => sum + part.bytes, 0);
    return bytes > 0 && bytes <= FETCHED_UNASKED_BYTES ? this.fetch(now, false) : [];
  }

  private came(message: ClipMessage, now: number): ClipEffect[] {
    const { fetching } = this;
    if (fetching?.id !== message.id) return [];
    fetching.deadline = now + SILENCE_LIMIT_S;
    if (message.type === "begun") {
      const bytes = message.parts.reduce((sum, part) => sum + part.bytes, 0);
      // The host keeps its own limit; nobody else's word makes this page take so much memory.
      if (bytes > this.limit_bytes) {
        this.endFetch("too-large");
        return [];
      }
      fetching.incoming = { parts: message.parts, data: new Uint8Array(bytes), filled: 0 };
      return [];
    }
    const { incoming } = fetching;
    if (!incoming || incoming.filled + message.data.length > incoming.data.length) return [];
    incoming.data.set(message.data, incoming.filled);
    incoming.filled += message.data.length;
    return incoming.filled === incoming.data.length ? this.arrive(clipOf(incoming)) : [];
  }

  private arrive(clip: Clip): ClipEffect[] {
    this.fetching = null;
    this.atHost = clip;
    this.update({ arrived: clip, isFetching: false });
    return [{ type: "arrived", clip }];
  }

  private settle({ tickets, clip }: { tickets: number[]; clip: Clip }, trouble: ClipTrouble | null): ClipEffect[] {
    if (trouble === null) this.atHost = clip;
    this.sending = null;
    this.update({ sending: trouble ?? "done" });
    return tickets.map((ticket) => ({ type: "settled", ticket, trouble }));
  }

  private endFetch(trouble: ClipTrouble): void {
    // What was fetched unasked is missed by nobody yet.
    this.update({ isFetching: false, fetchTrouble: this.fetching?.isWanted ? trouble : null });
    this.fetching = null;
  }

  private lost(): ClipEffect[] {
    this.fetching = null;
    this.atHost = null;
    this.update({ offered: null, isFetching: false });
    return this.sending ? this.settle(this.sending, "lost") : [];
  }

  private nextNumber(): number {
    this.number = (this.number + 1) % 2 ** 31;
    return this.number;
  }
}

function clipOf({ parts, data }: Incoming): Clip {
  const clip = new Map<ClipFormat, Uint8Array>();
  let start = 0;
  for (const { format, bytes } of parts) {
    clip.set(format, data.subarray(start, start + bytes));
    start += bytes;
  }
  return clip;
}
