/** Frames that whoever carries them can neither read, alter, leave out, repeat nor turn round. Sans-IO. */

import { gcm } from "@noble/ciphers/aes.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

import { fromBase64Url, toBase64Url } from "../signaling/secret";
import type { Role } from "./pake";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * One side's seal on one socket: AES-256-GCM with a key and a counter for each direction.
 *
 * The counter is the nonce and does not travel: the frame that is opened next must be the one that was closed
 * next. WebCrypto would do it too, but not on plain http, and its promises would let frames overtake each other.
 */
export class Seal {
  private readonly closing: Direction;
  private readonly opening: Direction;
  private isBroken = false;

  constructor(role: Role, key: Uint8Array, room: string) {
    this.closing = new Direction(role, key, room);
    this.opening = new Direction(role === "host" ? "viewer" : "host", key, room);
  }

  close(text: string): string {
    return toBase64Url(this.closing.next().encrypt(utf8ToBytes(text)));
  }

  /** Return what the other side closed next, or null: then nothing is opened any more. */
  open(box: string): string | null {
    if (this.isBroken) return null;
    try {
      return UTF8.decode(this.opening.next().decrypt(fromBase64Url(box)));
    } catch {
      this.isBroken = true;
      return null;
    }
  }
}

class Direction {
  private readonly key: Uint8Array;
  private readonly label: Uint8Array;
  private count = 0;

  constructor(sender: Role, key: Uint8Array, room: string) {
    this.key = hkdf(sha256, key, undefined, utf8ToBytes(`screenshare seal v3|${sender}`), KEY_BYTES);
    this.label = utf8ToBytes(`screenshare seal v3|${room}|${sender}`);
  }

  next(): ReturnType<typeof gcm> {
    this.count += 1;
    const nonce = new Uint8Array(NONCE_BYTES);
    new DataView(nonce.buffer).setUint32(NONCE_BYTES - 4, this.count);
    return gcm(this.key, nonce, this.label);
  }
}
