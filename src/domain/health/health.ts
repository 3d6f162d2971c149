import { type Decider } from '../decider.js';
import { type Schedule, type Thresholds } from '../services/schedule.js';
import { type HealthStatus, type ServiceHealthEvent } from './events.js';
import { type Check } from './outcome.js';
import { isSilent, type Run, type Tally } from './tally.js';

export interface Health {
  readonly status: HealthStatus;
  /** Null until anything was known. */
  readonly since: string | null;
}

export type HealthCommand =
  | ({ readonly type: 'AssessHealth'; readonly serviceId: string } & Findings)
  | { readonly type: 'ForgetHealth'; readonly serviceId: string; readonly at: string };

/** What the health of a service is judged by. */
export interface Findings {
  /** With the check counted. */
  readonly tally: Tally;
  readonly check: Check;
  readonly thresholds: Thresholds;
  readonly schedule: Schedule;
}

/** Decides how a service is. It says so only when that changes, so that whoever is told is told once. */
export const health: Decider<Health, HealthCommand, ServiceHealthEvent> = {
  initial: { status: 'unknown', since: null },

  evolve: (_, { data }) => ({ status: data.to, since: data.since }),

  decide(command, state) {
    const { serviceId } = command;
    const { status: from } = state;
    if (command.type === 'ForgetHealth') {
      const since = notBefore(state, command.at);
      return from === 'unknown'
        ? []
        : changed({ serviceId, from, to: 'unknown', since, reason: 'paused', evidence: null });
    }
    const { status: to, reason, since, checks } = assess(from, command);
    if (to === from) return [];
    const evidence = { checks, ...command.check };
    return changed({
      serviceId,
      from,
      to,
      since: notBefore(state, since ?? evidence.checkedAt),
      reason,
      evidence,
    });
  },
};

function changed(data: ServiceHealthEvent['data']): ServiceHealthEvent[] {
  return [{ type: 'ServiceHealthChanged', data }];
}

/** How a service is, with what speaks for it. */
interface Assessment {
  readonly status: HealthStatus;
  readonly reason: 'checks' | 'silence';
  readonly since: string | null;
  readonly checks: number;
}

/**
 * How a service is, given how it was.
 *
 * - `failureThreshold` failures in a row make it unhealthy.
 * - Answers in a row, `successThreshold` of them, end that: healthy when they were in time, else degraded.
 * - `failureThreshold` checks in a row that were slow or failed make a healthy service degraded; `successThreshold`
 *   answers in time make it healthy again.
 * - A check that could not be made changes nothing, until nobody has known anything for too long.
 */
export function assess(current: HealthStatus, findings: Findings): Assessment {
  const { tally, check, thresholds, schedule } = findings;
  const { failureThreshold, successThreshold } = thresholds;
  const stays: Assessment = { status: current, reason: 'checks', since: null, checks: 0 };
  if (check.outcome === 'unknown')
    return isSilent(tally, check.checkedAt, schedule)
      ? { status: 'unknown', reason: 'silence', since: tally.lastTold, checks: 0 }
      : stays;

  if (tally.down.checks >= failureThreshold) return by(tally.down, 'unhealthy');
  const isDoubted = current !== 'healthy';
  if (isDoubted && tally.up.checks >= successThreshold) return by(tally.up, 'healthy');
  const isAwaited = current === 'unhealthy' || current === 'unknown';
  if (isAwaited && tally.answered.checks >= successThreshold) return by(tally.answered, 'degraded');
  if (current === 'healthy' && tally.late.checks >= failureThreshold)
    return by(tally.late, 'degraded');
  return stays;
}

function by({ since, checks }: Run, status: HealthStatus): Assessment {
  return { status, reason: 'checks', since, checks };
}

/** Health follows upon health, though clocks and evidence may overlap. */
function notBefore({ since }: Health, wanted: string): string {
  return since !== null && since > wanted ? since : wanted;
}
