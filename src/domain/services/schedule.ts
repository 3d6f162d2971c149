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

export const defaultSchedule: Schedule = { intervalSeconds: 60, timeoutMs: 10_000 };

export const defaultThresholds: Thresholds = {
  failureThreshold: 3,
  successThreshold: 1,
  degradedAboveMs: null,
};
