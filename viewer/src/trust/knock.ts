/** What a viewer proves at a host's door, and the keys that come of it. Sans-IO. */

import { randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import type { KnockProve } from "../protocol/wire";
import { ASK_ROOM, fromBase64Url, knockProof, resumeProof, secretBytes, toBase64Url, type LinkSecret } from "../signaling/secret";
import { Binding } from "./binding";
import type * as Pake from "./pake";
import { Seal } from "./seal";

const NONCE_BYTES = 16;

/** The curves of an exchange weigh as much as all the rest: who comes by a link does without. */
export type Exchanges = Pick<typeof Pake, "commitment" | "Exchange">;

export interface Challenge {
  readonly room: string;
  readonly nonce: string;
  /** The host's side of an exchange, in a spoken code's room. */
  readonly share: string | null;
  /** What the host committed itself to, in the room of who has no secret. */
  readonly commitment: string | null;
  /** The token of an earlier stay in the same share. */
  readonly resume: string | null;
}

/** The keys of what is said after the proof. */
export interface Keys {
  readonly binding: Binding;
  readonly seal: Seal;
  /** The keys of the same knock over another secret, that of a sign-in. */
  over(secret: Uint8Array): Keys;
}

export type Knock = { readonly prove: KnockProve } & (
  | { readonly keys: Keys }
  /** The host's share is still to come; null: it is not the one that he committed himself to. */
  | { readonly reveal: (share: string) => (Keys & { readonly digits: string }) | null }
);

/** Whether an exchange answers the challenge: the secret is too short to be proved otherwise, or there is none. */
export function needsExchange({ resume }: Challenge, { kind }: LinkSecret): boolean {
  return resume === null && (kind === "digits" || kind === "code");
}

/**
 * Answer ``challenge``, or return null where that would let somebody try the code's digits at leisure.
 *
 * ``pake``: null where ``needsExchange`` is false.
 */
export function answer(challenge: Challenge, secret: LinkSecret, pake: Exchanges | null): Knock | null {
  const nonce = toBase64Url(randomBytes(NONCE_BYTES));
  if (secret.kind === "digits" && challenge.resume === null) return pake && compare(challenge, nonce, pake);
  const isKept = secret.kind === "link" || (secret.kind === "address" && challenge.resume === null);
  const proved = isKept ? proveLink(challenge, secret) : proveOnce(challenge, secret, pake);
  if (!proved) return null;
  return { prove: { type: "knock.prove", nonce, ...proved.said }, keys: keysOf(proved.key, challenge, nonce) };
}

function keysOf(key: Uint8Array, challenge: Challenge, viewer: string): Keys {
  const { room, nonce: host } = challenge;
  const binding = new Binding(key, room, { host, viewer });
  return {
    binding,
    seal: new Seal("viewer", binding.key, room),
    over: (secret) => keysOf(secret, challenge, viewer),
  };
}

function compare(challenge: Challenge, nonce: string, { commitment, Exchange }: Exchanges): Knock | null {
  const { commitment: committed } = challenge;
  if (committed === null) return null;
  const exchange = new Exchange("viewer", new Uint8Array(), ASK_ROOM);
  return {
    prove: { type: "knock.prove", nonce, share: toBase64Url(exchange.share) },
    reveal: (share) => {
      const bytes = fromBase64Url(share);
      const agreed = toBase64Url(commitment(bytes)) === committed ? exchange.finish(bytes) : null;
      return agreed && { ...keysOf(agreed.secret, challenge, nonce), digits: agreed.digits };
    },
  };
}

type Said = Pick<KnockProve, "proof" | "share" | "resume">;
type Proved = { key: Uint8Array; said: Said };

function proveLink({ room, nonce, resume }: Challenge, secret: LinkSecret): Proved {
  const proof = knockProof(secret, room, nonce);
  const said = resume === null ? { proof } : { proof, resume: resumeProof(resume, room, nonce) };
  return { key: secretBytes(secret), said };
}

/** By what is used up when its viewer comes back: then the resume token takes its place. */
function proveOnce({ room, nonce, share, resume }: Challenge, secret: LinkSecret, pake: Exchanges | null): Proved | null {
  if (resume !== null) {
    const proof = resumeProof(resume, room, nonce);
    return { key: utf8ToBytes(resume), said: { proof, resume: proof } };
  }
  if (share === null || pake === null) return null;
  const exchange = new pake.Exchange("viewer", secretBytes(secret), `code|${room}`);
  const agreed = exchange.finish(fromBase64Url(share));
  if (!agreed) return null;
  return { key: agreed.secret, said: { share: toBase64Url(exchange.share), proof: agreed.confirmation("viewer") } };
}
