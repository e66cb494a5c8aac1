/** What a viewer proves at a host's door, and the keys that come of it. Sans-IO. */

import { randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";

import type { KnockProve } from "../protocol/wire";
import { fromBase64Url, knockProof, resumeProof, secretBytes, toBase64Url, type LinkSecret } from "../signaling/secret";
import { Binding } from "./binding";
import { Exchange } from "./pake";
import { Seal } from "./seal";

const NONCE_BYTES = 16;

export interface Challenge {
  readonly room: string;
  readonly nonce: string;
  /** The host's side of an exchange, in a spoken code's room. */
  readonly share: string | null;
  /** The token of an earlier stay in the same share. */
  readonly resume: string | null;
}

export interface Knock {
  readonly prove: KnockProve;
  readonly binding: Binding;
  readonly seal: Seal;
}

/** Answer ``challenge``, or return null where that would let somebody try the code's digits at leisure. */
export function answer(challenge: Challenge, secret: LinkSecret): Knock | null {
  const proved = secret.kind === "code" ? proveCode(challenge, secret) : proveLink(challenge, secret);
  if (!proved) return null;
  const nonce = toBase64Url(randomBytes(NONCE_BYTES));
  const binding = new Binding(proved.key, challenge.room, { host: challenge.nonce, viewer: nonce });
  const seal = new Seal("viewer", binding.key, challenge.room);
  return { prove: { type: "knock.prove", nonce, ...proved.said }, binding, seal };
}

type Said = Pick<KnockProve, "proof" | "share" | "resume">;
type Proved = { key: Uint8Array; said: Said };

function proveLink({ room, nonce, resume }: Challenge, secret: LinkSecret): Proved {
  const proof = knockProof(secret, room, nonce);
  const said = resume === null ? { proof } : { proof, resume: resumeProof(resume, room, nonce) };
  return { key: secretBytes(secret), said };
}

function proveCode({ room, nonce, share, resume }: Challenge, secret: LinkSecret): Proved | null {
  if (resume !== null) {
    // A code is used up when its viewer comes back: then the resume token takes its place.
    const proof = resumeProof(resume, room, nonce);
    return { key: utf8ToBytes(resume), said: { proof, resume: proof } };
  }
  if (share === null) return null;
  const exchange = new Exchange("viewer", secretBytes(secret), `code|${room}`);
  const agreed = exchange.finish(fromBase64Url(share));
  if (!agreed) return null;
  return { key: agreed.secret, said: { share: toBase64Url(exchange.share), proof: agreed.confirmation("viewer") } };
}
