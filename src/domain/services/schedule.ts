/** How often a service is checked, and how long a check may take. */
export interface Schedule {
  /** From start to start. */
  readonly intervalSeconds: number;
  readonly timeoutMs: number;
}

/** When checks add up to a change of health. */
export interface Thresholds {
  /** Failed checks in a row until a service is unhealthy. */
  readonly failureThreshold: number;
  /** Good checks in a row until it is healthy again. */
  readonly successThreshold: number;
  /** Slower than this, in ms, is degraded; null: no service is too slow. */
  readonly degradedAboveMs: number | null;
}

/** Says what is wrong with a schedule, in words for its owner. */
export function scheduleProblem({ intervalSeconds, timeoutMs }: Schedule): string | undefined {
  if (timeoutMs < intervalSeconds * 1000) return undefined;
  return 'The timeout must be shorter than the interval';
}

export const defaultSchedule: Schedule = { intervalSeconds: 60, timeoutMs: 10_000 };

export const defaultThresholds: Thresholds = {
  failureThreshold: 3,
  successThreshold: 1,
  degradedAboveMs: null,
};
