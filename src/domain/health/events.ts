import { type Outcome } from './outcome.js';

export const healthStatuses = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const;
export type HealthStatus = (typeof healthStatuses)[number];

/** What the monitor saw of a service. One event for each change, none for each check. */
export interface ServiceHealthEvent {
  readonly type: 'ServiceHealthChanged';
  readonly data: {
    readonly serviceId: string;
    readonly from: HealthStatus;
    readonly to: HealthStatus;
    /** When the new health began, by the evidence: of three failures in a row, the start of the first. UTC, with ms. */
    readonly since: string;
    readonly reason: HealthReason;
    /** The check that tipped the scales; null where no check did. */
    readonly evidence: Evidence | null;
  };
}

/** `silence`: no check could tell for too long. `paused`: nobody looks any more. */
export const healthReasons = ['checks', 'silence', 'paused'] as const;
export type HealthReason = (typeof healthReasons)[number];

export interface Evidence {
  /** How many checks in a row said so. */
  readonly checks: number;
  readonly outcome: Outcome;
  /** For machines, such as `connect_refused`. */
  readonly code: string;
  /** For people. */
  readonly message: string;
  readonly latencyMs: number | null;
  /** When the check was started. UTC, with ms. */
  readonly checkedAt: string;
}
