/** When to dial again. Sans-IO. */

const PAUSES_S = [0.2, 0.5, 1, 2] as const;

/** Return the pause before the attempt that follows ``failures`` failed ones. */
export function redialPause_s(failures: number): number {
  return PAUSES_S[Math.min(failures, PAUSES_S.length - 1)] ?? 2;
}
