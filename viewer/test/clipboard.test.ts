import { describe, expect, it } from "vitest";
import wire from "../../tests/vectors/wire.json";
import { ClipExchange, FETCHED_UNASKED_BYTES, SILENCE_LIMIT_S, type ClipEffect, type ClipEvent } from "../src/clipboard/exchange";
import { NO_PASTE_S, PASTE_LIMIT_S, PasteGate } from "../src/clipboard/gate";
import { isCopyKey, isPasteKey } from "../src/clipboard/keys";
import { COPY_LIMIT_S, Newest } from "../src/clipboard/newest";
import { MAX_CLIP_BYTES, packBegun, packClip, packPiece, unpackClip, type Clip, type ClipFormat } from "../src/clipboard/message";
import type { KeyEffect, KeyLike } from "../src/input/keyboard";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const clip = (parts: Partial<Record<ClipFormat, string>>): Clip => new Map(Object.entries(parts).map(([format, text]) => [format as ClipFormat, bytes(text)]));
const hex = (data: ArrayBuffer): string => [...new Uint8Array(data)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
/** An exchange whose host lets ``limit_bytes`` pass. */
const exchangeOf = (limit_bytes: number): ClipExchange => {
  const exchange = new ClipExchange();
  exchange.receive({ type: "limited", limit_bytes }, 0);
  return exchange;
};
const unhex = (text: string): ArrayBuffer => new Uint8Array((text.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))).buffer;

interface Vector {
  id: number;
  parts?: [ClipFormat, number][];
  data_hex?: string;
  hex: string;
}

describe("contents of clipboards on the wire", () => {
  const vectors = wire.clips as unknown as Vector[];

  it.each(vectors)("are the same bytes as at the host: $hex", (vector) => {
    const parts = vector.parts?.map(([format, bytes]) => ({ format, bytes }));
    const data = vector.data_hex === undefined ? null : new Uint8Array(unhex(vector.data_hex));
    expect(hex(parts ? packBegun(vector.id, parts) : packPiece(vector.id, data as Uint8Array))).toBe(vector.hex);
    const told = parts ? { type: "begun", id: vector.id, parts } : { type: "piece", id: vector.id, data };
    expect(unpackClip(unhex(vector.hex))).toEqual(told);
  });

  it.each(["", "01", "0100000001", "010000000104000000ff", "01000000010100000000", "030000000101", "0100000001010000000101000000ff"])(
    "are nothing in %s",
    (text) => expect(unpackClip(unhex(text))).toBeNull(),
  );

  it("go in small messages, and come back whole", () => {
    const whole = new Map<ClipFormat, Uint8Array>([["png", new Uint8Array(20_000).map((_, index) => index % 251)]]);
    const messages = [...packClip(7, whole)];
    expect(Math.max(...messages.map((message) => message.byteLength))).toBeLessThanOrEqual(MAX_CLIP_BYTES);
    const exchange = exchangeOf(20_000);
    exchange.receive({ type: "told", message: { type: "clipboard.offered", parts: [{ format: "png", bytes: 20_000 }] } }, 0);
    const effects = messages.flatMap((message) => {
      const told = unpackClip(message);
      return told ? exchange.receive({ type: "came", message: { ...told, id: 1 } }, 0) : [];
    });
    expect(effects).toEqual([{ type: "arrived", clip: whole }]);
  });
});

describe("the exchange", () => {
  const offer = (bytes: number): ClipEvent => ({ type: "told", message: { type: "clipboard.offered", parts: [{ format: "text", bytes }] } });
  const kinds = (effects: ClipEffect[]): string[] => effects.map((effect) => effect.type);
  const send = (exchange: ClipExchange, ticket: number, text: string, now = 0) =>
    exchange.receive({ type: "send", ticket, clip: clip({ text }) }, now);

  it("fetches what is small at once, and what is large when it is wanted", () => {
    const exchange = exchangeOf(100);
    expect(exchange.receive(offer(FETCHED_UNASKED_BYTES), 0)).toEqual([{ type: "send-session", message: { type: "clipboard.fetch", id: 1 } }]);
    expect(exchange.receive(offer(FETCHED_UNASKED_BYTES + 1), 0)).toEqual([]);
    expect(kinds(exchange.receive({ type: "fetch" }, 0))).toEqual(["send-session"]);
    expect(exchange.view.isFetching).toBe(true);
  });

  it("does not send again what the host has already, also when the browser cleaned its HTML", () => {
    const exchange = exchangeOf(100);
    exchange.receive(offer(2), 0);
    exchange.receive({ type: "came", message: { type: "begun", id: 1, parts: [{ format: "text", bytes: 2 }, { format: "html", bytes: 1 }] } }, 0);
    exchange.receive({ type: "came", message: { type: "piece", id: 1, data: bytes("hi<") } }, 0);
    const back = exchange.receive({ type: "send", ticket: 1, clip: clip({ text: "hi", html: "<b>" }) }, 0);
    expect(back).toEqual([{ type: "settled", ticket: 1, trouble: null }]);
    expect(kinds(send(exchange, 2, "other"))).toEqual(["send-clip"]);
  });

  it("settles each wish once: taken, refused, replaced, too large, or lost", () => {
    const exchange = exchangeOf(100);
    send(exchange, 1, "one");
    expect(send(exchange, 2, "two")[0]).toEqual({ type: "settled", ticket: 1, trouble: "replaced" });
    const told = (message: "clipboard.taken" | "clipboard.refused", re: number) =>
      exchange.receive({ type: "told", message: message === "clipboard.taken" ? { type: message, re } : { type: message, re, reason: "paused" } }, 0);
    expect(told("clipboard.taken", 1)).toEqual([]);
    expect(told("clipboard.taken", 2)).toEqual([{ type: "settled", ticket: 2, trouble: null }]);
    expect(send(exchange, 3, "two")).toEqual([{ type: "settled", ticket: 3, trouble: null }]);
    expect(send(exchange, 4, "x".repeat(101))).toEqual([{ type: "settled", ticket: 4, trouble: "too-large" }]);
    send(exchange, 5, "five");
    expect(told("clipboard.refused", 3)).toEqual([{ type: "settled", ticket: 5, trouble: "paused" }]);
    send(exchange, 6, "six");
    expect(exchange.receive({ type: "lost" }, 0)).toEqual([{ type: "settled", ticket: 6, trouble: "lost" }]);
    expect(exchange.view.sending).toBe("lost");
  });

  it("sends once what is pasted twice before it is there", () => {
    const exchange = exchangeOf(100);
    expect(kinds(send(exchange, 1, "same"))).toEqual(["send-clip"]);
    expect(send(exchange, 2, "same")).toEqual([]);
    expect(exchange.receive({ type: "told", message: { type: "clipboard.taken", re: 1 } }, 0)).toEqual([
      { type: "settled", ticket: 1, trouble: null },
      { type: "settled", ticket: 2, trouble: null },
    ]);
  });

  it("takes no more memory than the host's own limit, whatever is announced", () => {
    const exchange = exchangeOf(100);
    exchange.receive(offer(2), 0);
    exchange.receive({ type: "fetch" }, 0);
    exchange.receive({ type: "came", message: { type: "begun", id: 2, parts: [{ format: "png", bytes: 2 ** 32 - 1 }] } }, 0);
    expect(exchange.view).toMatchObject({ isFetching: false, fetchTrouble: "too-large" });
  });

  it("waits no longer for a silent host, but as long as pieces leave", () => {
    const exchange = exchangeOf(100);
    send(exchange, 1, "one", 0);
    exchange.receive({ type: "sent-some" }, 8);
    expect(exchange.expire(SILENCE_LIMIT_S)).toEqual([]);
    expect(exchange.deadline).toBe(8 + SILENCE_LIMIT_S);
    expect(exchange.expire(8 + SILENCE_LIMIT_S)).toEqual([{ type: "settled", ticket: 1, trouble: "lost" }]);
    expect(exchange.deadline).toBeNull();
  });

  it("says why something that was wanted does not come, and nothing of what nobody asked for", () => {
    const exchange = exchangeOf(100);
    exchange.receive(offer(2), 0);
    exchange.receive({ type: "told", message: { type: "clipboard.refused", re: 1, reason: "failed" } }, 0);
    expect(exchange.view).toMatchObject({ isFetching: false, fetchTrouble: null });
    exchange.receive({ type: "fetch" }, 0);
    exchange.receive({ type: "told", message: { type: "clipboard.refused", re: 2, reason: "failed" } }, 0);
    expect(exchange.view).toMatchObject({ isFetching: false, fetchTrouble: "failed" });
  });

  it("takes no more than was announced", () => {
    const exchange = exchangeOf(100);
    exchange.receive(offer(2), 0);
    exchange.receive({ type: "came", message: { type: "begun", id: 1, parts: [{ format: "text", bytes: 2 }] } }, 0);
    expect(exchange.receive({ type: "came", message: { type: "piece", id: 1, data: bytes("abc") } }, 0)).toEqual([]);
    expect(exchange.view.arrived).toBeNull();
  });
});

describe("the gate before a paste", () => {
  const press = (code: string): KeyEffect => ({ type: "press", code, key: code, repeat: false });
  const release = (code: string): KeyEffect => ({ type: "release", code });

  it("keeps the key and what follows until the clipboard is there", () => {
    const gate = new PasteGate();
    gate.close("KeyV", [press("KeyV")], 0);
    gate.came(0.01);
    expect(gate.pass([release("KeyV"), press("KeyX")])).toEqual([]);
    expect(gate.open(true)).toEqual([press("KeyV"), release("KeyV"), press("KeyX")]);
    expect(gate.pass([press("KeyY")])).toEqual([press("KeyY")]);
  });

  it("pastes nothing else when the clipboard does not come, and loses no other key", () => {
    const gate = new PasteGate();
    gate.close("KeyV", [press("KeyV")], 0);
    gate.came(0.01);
    gate.pass([release("KeyV"), press("KeyX")]);
    expect(gate.expire(PASTE_LIMIT_S)).toEqual({ effects: [], isTooLate: false });
    expect(gate.expire(0.01 + PASTE_LIMIT_S)).toEqual({ effects: [release("KeyV"), press("KeyX")], isTooLate: true });
  });

  it("keeps back a button, too, and every letter that is no paste", () => {
    const gate = new PasteGate();
    const deed = { type: "deed", act: () => undefined } as const;
    gate.close("KeyV", [press("KeyV")], 0);
    gate.came(0.01);
    expect(gate.pass([deed])).toEqual([]);
    expect(gate.pass([release("KeyV"), press("KeyV")])).toEqual([]);
    expect(gate.open(false)).toEqual([deed, release("KeyV"), press("KeyV")]);
  });

  it("leaves the key to the host's own clipboard when the browser has none", () => {
    const gate = new PasteGate();
    gate.close("KeyV", [press("KeyV")], 1);
    expect(gate.deadline).toBe(1 + NO_PASTE_S);
    expect(gate.expire(1 + NO_PASTE_S)).toEqual({ effects: [press("KeyV")], isTooLate: false });
  });

  it("never keeps somebody from leaving", () => {
    const gate = new PasteGate();
    gate.close("KeyV", [press("KeyV")], 0);
    expect(gate.pass([{ type: "leave" }])).toEqual([{ type: "leave" }]);
  });

  it("knows the keys that paste", () => {
    const key = (change: Partial<KeyLike>): KeyLike => ({
      code: "KeyV", key: "v", repeat: false, isComposing: false, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false,
      getModifierState: () => false, ...change,
    });
    expect(isPasteKey(key({ ctrlKey: true }))).toBe(true);
    expect(isPasteKey(key({ ctrlKey: true, shiftKey: true, key: "V" }))).toBe(true);
    expect(isPasteKey(key({ metaKey: true, code: "Period" }))).toBe(true);
    expect(isPasteKey(key({ code: "Insert", key: "Insert", shiftKey: true }))).toBe(true);
    expect(isPasteKey(key({}))).toBe(false);
    expect(isPasteKey(key({ ctrlKey: true, altKey: true }))).toBe(false);
    expect(isPasteKey(key({ ctrlKey: true, repeat: true }))).toBe(false);
    expect(isPasteKey(key({ ctrlKey: true, key: "м" }))).toBe(true);
    expect(isPasteKey(key({ ctrlKey: true, key: "." }))).toBe(true);
    expect(isPasteKey(key({ ctrlKey: true, key: "k" }))).toBe(false);
    expect(isCopyKey(key({ ctrlKey: true, code: "KeyC", key: "с" }))).toBe(true);
    expect(isCopyKey(key({ ctrlKey: true, code: "KeyX", key: "x" }))).toBe(true);
    expect(isCopyKey(key({ ctrlKey: true, code: "Insert", key: "Insert" }))).toBe(true);
    expect(isCopyKey(key({ code: "KeyC", key: "c" }))).toBe(false);
  });
});

describe("which clipboard is the newest", () => {
  it("is this computer's before anything is known", () => {
    expect(new Newest().isAtHost(0)).toBe(false);
    expect(new Newest().isOlder(clip({ text: "mine" }))).toBe(false);
  });

  it("is the host's when something was copied there, until the page is left", () => {
    const newest = new Newest();
    newest.hostCopied();
    expect(newest.isAtHost(1000)).toBe(true);
    newest.left();
    expect(newest.isAtHost(1000)).toBe(false);
  });

  it("is the host's at once when the keys for copying went there, and no longer when nothing came of it", () => {
    const newest = new Newest();
    newest.copyPressed(10);
    expect(newest.isAtHost(10)).toBe(true);
    expect(newest.isAtHost(10 + COPY_LIMIT_S)).toBe(false);
  });

  it("is the host's for who comes back with what he had before", () => {
    const newest = new Newest();
    newest.isOlder(clip({ text: "mine" }));
    newest.hostCopied();
    newest.left();
    expect(newest.isOlder(clip({ text: "mine" }))).toBe(true);
    expect(newest.isOlder(clip({ text: "new" }))).toBe(false);
  });

  it("is this computer's again when that came to the host", () => {
    const newest = new Newest();
    newest.hostCopied();
    newest.delivered(clip({ text: "mine" }));
    expect(newest.isAtHost(0)).toBe(false);
    expect(newest.isOlder(clip({ text: "mine" }))).toBe(false);
  });
});
