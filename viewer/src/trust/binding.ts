/** MACs over offer and answer: who carries them cannot put himself in the middle. Sans-IO. */

import { hkdf } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";

const KEY_BYTES = 32;

/** The key of one knock: it hangs on the secret and on the nonces that both sides chose for it. */
export class Binding {
  readonly key: Uint8Array;

  /** Derive the key by HKDF-SHA256 (RFC 5869), with the nonces as salt. */
  constructor(secret: Uint8Array, room: string, nonces: { host: string; viewer: string }) {
    const salt = utf8ToBytes(`${nonces.host}|${nonces.viewer}`);
    this.key = hkdf(sha256, secret, salt, utf8ToBytes(`screenshare binding v3|${room}`), KEY_BYTES);
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
