/** What the link holds, and the proof that it is known. Sans-IO. */

import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";

export type LinkSecret =
  | { kind: "link"; text: string }
  | { kind: "code"; text: string }
  /** A host's address: who has it may try to sign in. */
  | { kind: "address"; text: string }
  /** None: two people compare digits. */
  | { kind: "digits"; text: "" };

/** Where people ask who have no secret. */
export const ASK_ROOM = "ask";

/** Return the secret in a fragment such as ``#k=BASE64URL``, ``#u=BASE64URL`` or ``#c=DIGITS``, or null. */
export function secretFromFragment(fragment: string): LinkSecret | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const key = fields.get("k");
  if (key && /^[A-Za-z0-9_-]{1,256}$/.test(key)) return { kind: "link", text: key };
  const address = fields.get("u");
  if (address && /^[A-Za-z0-9_-]{22}$/.test(address)) return { kind: "address", text: address };
  const code = fields.get("c");
  if (code && /^[0-9]{1,32}$/.test(code)) return { kind: "code", text: code };
  return null;
}

/** Return the room in a path such as ``/j/ROOM``, or null. */
export function roomFromPath(path: string): string | null {
  return /^\/j\/([A-Za-z0-9_-]{1,64})\/?$/.exec(path)?.[1] ?? null;
}

/** Return the proof for ``knock.prove``: base64url(HMAC-SHA256(secret, text)) without padding. */
export function knockProof(secret: LinkSecret, room: string, nonce: string): string {
  return proofOf(secretBytes(secret), room, nonce);
}

export function secretBytes(secret: LinkSecret): Uint8Array {
  return secret.kind === "link" || secret.kind === "address" ? fromBase64Url(secret.text) : ascii(secret.text);
}

/** Return the proof that a resume token is known; the token itself is never sent. */
export function resumeProof(token: string, room: string, nonce: string): string {
  return proofOf(ascii(token), room, nonce);
}

function proofOf(key: Uint8Array, room: string, nonce: string): string {
  return toBase64Url(hmac(sha256, key, ascii(`screenshare knock v1|${room}|${nonce}`)));
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

export function fromBase64Url(text: string): Uint8Array {
  const binary = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A spoken code: three digits for the room, more where a server has those taken, and seven for the secret. */
const SECRET_DIGITS = 7;
const FEWEST_DIGITS = 3 + SECRET_DIGITS;
const MOST_DIGITS = 6 + SECRET_DIGITS;

/** ``count``: how many digits there are instead of ten to thirteen. */
export type SpokenCodeProblem = { kind: "empty" } | { kind: "not-digits" } | { kind: "length"; count: number };
export type SpokenCode = { ok: true; room: string; digits: string } | { ok: false; problem: SpokenCodeProblem };

/** Read a spoken code such as ``482 913 0571``: the last seven digits are the secret, those before name the room. */
export function readSpokenCode(text: string): SpokenCode {
  const digits = text.replace(/[\s.\-–]/g, "");
  if (digits === "") return { ok: false, problem: { kind: "empty" } };
  if (!/^[0-9]+$/.test(digits)) return { ok: false, problem: { kind: "not-digits" } };
  if (digits.length < FEWEST_DIGITS || digits.length > MOST_DIGITS) {
    return { ok: false, problem: { kind: "length", count: digits.length } };
  }
  return { ok: true, room: digits.slice(0, -SECRET_DIGITS), digits: digits.slice(-SECRET_DIGITS) };
}

/** Group the digits typed so far as they are spoken: ``482 913 0571``, ``4829 130 5716``. */
export function groupSpokenCode(text: string): string {
  const digits = text.replace(/\D/g, "").slice(0, MOST_DIGITS);
  const room = Math.max(3, digits.length - SECRET_DIGITS);
  return [digits.slice(0, room), digits.slice(room, room + 3), digits.slice(room + 3)].filter((part) => part !== "").join(" ");
}
