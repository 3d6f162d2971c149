/** What a check can come to. `unknown` says that it could not be made; it never speaks against the service. */
export const outcomes = ['up', 'slow', 'down', 'unknown'] as const;
export type Outcome = (typeof outcomes)[number];

/** What a probe can come to: whether an answer was slow is for the service's thresholds to say. */
export type Found = Exclude<Outcome, 'slow'>;

/** One check of a service, as far as it matters for its health. */
export interface Check {
  readonly outcome: Outcome;
  readonly code: string;
  readonly message: string;
  readonly latencyMs: number | null;
  /** When it was started. UTC, with ms. */
  readonly checkedAt: string;
}

/** An answer that took too long is slow. */
export function judged(
  found: Found,
  latencyMs: number | null,
  degradedAboveMs: number | null,
): Outcome {
  const isSlow = latencyMs !== null && degradedAboveMs !== null && latencyMs > degradedAboveMs;
  return found === 'up' && isSlow ? 'slow' : found;
}
