/** MACs over offer and answer: who carries them cannot put himself in the middle. Sans-IO. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

import { type LinkSecret, secretBytes } from "./secret";

const KEY_BYTES = 32;

/** The key of one knock: it hangs on the secret and on the nonce that the host chose for it. */
export class Binding {
  private readonly key: Uint8Array;

  /** Derive the key by HKDF-SHA256 (RFC 5869), with the nonce as salt. */
  constructor(secret: Uint8Array, room: string, nonce: string) {
    this.key = hkdf(sha256, secret, utf8ToBytes(nonce), utf8ToBytes(`screenshare binding v2|${room}`), KEY_BYTES);
  }

  /** A code is used up when its viewer comes back: then the resume token takes its place. */
  static ofKnock(secret: LinkSecret, resume: string | null, room: string, nonce: string): Binding {
    const returnsByToken = secret.kind === "code" && resume !== null;
    return new Binding(returnsByToken ? utf8ToBytes(resume) : secretBytes(secret), room, nonce);
  }

  offerMac(attempt: number, offer: string): string {
    return this.mac(`offer|${attempt}|${digest(offer)}`);
  }

  /** Cover the offer too: an answer from another attempt fits no other offer. */
  answerMac(attempt: number, offer: string, answer: string): string {
    return this.mac(`answer|${attempt}|${digest(offer)}|${digest(answer)}`);
  }

  private mac(text: string): string {
    return bytesToHex(hmac(sha256, this.key, utf8ToBytes(text)));
  }
}

function digest(sdp: string): string {
  return bytesToHex(sha256(utf8ToBytes(sdp)));
}
