/** One sign-in at a host's address, the page's side of ``screenshare/unattended/sign_in.py``. */

import { argon2idAsync } from "@noble/hashes/argon2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";

import type { SignInAsked, SignInBegin, SignInDone, SignInOffered, SignInProve } from "../protocol/wire";
import { fromBase64Url, toBase64Url } from "../signaling/secret";
import { canKeepKeys } from "./keeping";
import { Exchange, type Agreed } from "./pake";

/** Below the least anybody could try passwords on what he overhears; above the most a host could hang the page. */
const MEMORY_KIB = { least: 19_456, most: 65_536 } as const;
const PASSES = { least: 2, most: 4 } as const;
const KEY_BYTES = 32;
/** The page stays alive while it stretches a password. */
const TICK_MS = 20;
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNING = { name: "ECDSA", hash: "SHA-256" } as const;

/** What a host that remembers this browser knows it by. The key never leaves the browser. */
export interface KeptDevice {
  readonly id: string;
  readonly pin: string;
  readonly key: CryptoKey;
}

export type Way =
  | { readonly kind: "password"; readonly text: string; readonly remembers: boolean }
  | { readonly kind: "device"; readonly device: KeptDevice };

export class SignIn {
  private exchange: Exchange | null = null;
  private agreed: Agreed | null = null;
  private made: CryptoKeyPair | null = null;

  private constructor(
    private readonly room: string,
    private readonly offered: SignInOffered,
    private readonly way: Way,
  ) {}

  /** Return null where the host asks for a password to be stretched too little or too long. */
  static at(room: string, offered: SignInOffered, way: Way): SignIn | null {
    const { memory_kib, passes } = offered;
    const isRight = within(memory_kib, MEMORY_KIB) && within(passes, PASSES);
    return isRight ? new SignIn(room, offered, way) : null;
  }

  begin(): SignInBegin {
    return { type: "sign-in.begin", device: this.way.kind === "device" ? this.way.device.id : null };
  }

  /** Return what shows that this side knows it too, or null for what is no share of a host. */
  async prove(share: SignInAsked["share"]): Promise<SignInProve | null> {
    this.exchange = new Exchange("viewer", await this.weakSecret(), `unattended|${this.room}`);
    this.agreed = this.exchange.finish(fromBase64Url(share));
    if (!this.agreed) return null;
    const own = toBase64Url(this.exchange.share);
    const said = { type: "sign-in.prove", share: own, proof: this.agreed.confirmation("viewer") } as const;
    if (this.way.kind === "device") {
      const text = `screenshare device v1|${this.room}|${share}|${own}`;
      const signature = await crypto.subtle.sign(SIGNING, this.way.device.key, utf8ToBytes(text) as BufferSource);
      return { ...said, signature: toBase64Url(new Uint8Array(signature)) };
    }
    if (!this.way.remembers || this.offered.remembers !== true || !canKeepKeys()) return said;
    this.made = await crypto.subtle.generateKey(CURVE, false, ["sign", "verify"]);
    const point = await crypto.subtle.exportKey("raw", this.made.publicKey);
    return { ...said, remember: toBase64Url(new Uint8Array(point)) };
  }

  /** Return what gives the keys of all that follows, and what this browser is known by from now on; null if that was not the host. */
  finish(done: SignInDone): { secret: Uint8Array; device: KeptDevice | null } | null {
    if (!this.agreed || done.proof !== this.agreed.confirmation("host")) return null;
    const { device: id, pin } = done;
    const device = this.made && id && pin ? { id, pin, key: this.made.privateKey } : null;
    return { secret: this.agreed.secret, device };
  }

  private async weakSecret(): Promise<Uint8Array> {
    if (this.way.kind === "device") return fromBase64Url(this.way.device.pin);
    const { salt, memory_kib: m, passes: t } = this.offered;
    const password = utf8ToBytes(this.way.text.normalize("NFC"));
    return argon2idAsync(password, fromBase64Url(salt), { m, t, p: 1, dkLen: KEY_BYTES, asyncTick: TICK_MS });
  }
}

function within(value: number, { least, most }: { least: number; most: number }): boolean {
  return value >= least && value <= most;
}
