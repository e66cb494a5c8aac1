/**
 * A strong key from a weak secret: SPAKE2 over Ed25519, the page's side of ``screenshare/trust/pake.py``. Sans-IO.
 *
 * It is the protocol of Python's ``spake2`` package, not RFC 9382's ciphersuite.
 */

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberBE } from "@noble/curves/utils.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";

export type Role = "host" | "viewer";

const { Point } = ed25519;
const ORDER = Point.Fn.ORDER;
const SHARE_BYTES = 32;
const KEY_BYTES = 32;
const DIGITS = 6n;
/** Elements whose logarithm nobody knows; the package makes them from the seeds "M" and "N". */
const BLINDING: Record<Role, InstanceType<typeof Point>> = {
  host: Point.fromHex("15cfd18e385952982b6a8f8c7854963b58e34388c8e6dae891db756481a02312"),
  viewer: Point.fromHex("f04f2e7eb734b2a8f8b472eaf9c3c632576ac64aea650b496a8a20ff00e583c3"),
};

/** What an exchange came to; the other side has the same if it knew the same secret, and else another. */
export interface Agreed {
  /** 32 bytes that take the place of a link's secret. */
  readonly secret: Uint8Array;
  /** Six digits that are the same on both sides, for two people to compare. */
  readonly digits: string;
  /** What ``role`` sends to show that it has this key; it says nothing about the secret. */
  confirmation(role: Role): string;
}

/** One side of one exchange, good for one share of the other side. */
export class Exchange {
  readonly share: Uint8Array;
  private readonly own: bigint;
  private readonly weak: bigint;

  /** ``place`` says what the secret is for (``code|482``): shares made for another place come to nothing. */
  constructor(
    private readonly role: Role,
    private readonly secret: Uint8Array,
    private readonly place: string,
    dice: (count: number) => Uint8Array = randomBytes,
  ) {
    this.weak = scalar(hkdf(sha256, secret, undefined, utf8ToBytes("SPAKE2 pw"), 48));
    this.own = scalar(dice(64));
    this.share = Point.BASE.multiply(this.own).add(BLINDING[role].multiply(this.weak)).toBytes();
  }

  /** Return the key, or null for what is no share. */
  finish(share: Uint8Array): Agreed | null {
    const other = elementOf(share);
    if (!other || isSame(share, this.share)) return null;
    const otherRole = this.role === "host" ? "viewer" : "host";
    const common = other.subtract(BLINDING[otherRole].multiply(this.weak)).multiply(this.own);
    const [ofHost, ofViewer] = this.role === "host" ? [this.share, share] : [share, this.share];
    const names = (["host", "viewer"] as const).map((role) => sha256(nameOf(role, this.place)));
    const transcript = concatBytes(sha256(this.secret), ...names, ofHost, ofViewer, common.toBytes());
    return agreedOn(sha256(transcript));
  }
}

/** What says that one will use ``share``, and not which it is; see ``commitment`` at the host. */
export function commitment(share: Uint8Array): Uint8Array {
  return sha256(concatBytes(utf8ToBytes("screenshare pake v1|commit|"), share));
}

function agreedOn(key: Uint8Array): Agreed {
  const confirming = derived(key, "confirm");
  return {
    secret: derived(key, "secret"),
    digits: String(bytesToNumberBE(derived(key, "digits").slice(0, 8)) % 10n ** DIGITS).padStart(Number(DIGITS), "0"),
    confirmation: (role) => bytesToHex(hmac(sha256, confirming, utf8ToBytes(role))),
  };
}

/** The element that ``share`` stands for, or null: neither zero nor one of a small group may take part. */
function elementOf(share: Uint8Array): InstanceType<typeof Point> | null {
  if (share.length !== SHARE_BYTES) return null;
  try {
    const element = Point.fromBytes(share);
    return !element.is0() && element.isTorsionFree() ? element : null;
  } catch {
    return null;
  }
}

/** Never zero, which would show the secret: that the dice fall so has a chance of one in 2^252. */
function scalar(bytes: Uint8Array): bigint {
  const value = bytesToNumberBE(bytes) % ORDER;
  if (value === 0n) throw new Error("a scalar must not be zero");
  return value;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, index) => byte === other[index]);
}

function nameOf(role: Role, place: string): Uint8Array {
  return utf8ToBytes(`screenshare pake v1|${role}|${place}`);
}

function derived(key: Uint8Array, purpose: string): Uint8Array {
  return hkdf(sha256, key, undefined, utf8ToBytes(`screenshare pake v1|${purpose}`), KEY_BYTES);
}
