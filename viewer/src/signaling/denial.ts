/** Which refusals of a host let one try to sign in again. Sans-IO. */

import type { KnockDenied } from "../protocol/wire";

export type SignInProblem = "wrong-password" | "locked-out" | "unknown-device";

export function isSignInProblem(reason: KnockDenied["reason"]): reason is SignInProblem {
  return reason === "wrong-password" || reason === "locked-out" || reason === "unknown-device";
}
