import { v7 as uuidV7 } from 'uuid';
import { assess } from '../domain/health/health.js';
import { judged } from '../domain/health/outcome.js';
import { counted, emptyTally } from '../domain/health/tally.js';
import { type Probe } from './probes/probe.js';
import { type CheckResult } from './results/check-result.js';
import { type Finding, type Lease } from './schedule/check-schedule.js';
import { type Settings } from './settings.js';

/**
 * Makes one check.
 *
 * @param startedAt By the database's clock, in ms since 1970.
 */
export async function check(
  probe: Probe,
  serviceId: string,
  { target, expectation, schedule, thresholds }: Settings,
  startedAt: number,
  signal: AbortSignal,
): Promise<CheckResult> {
  const { timeoutMs } = schedule;
  const found = await probe({ target, expectation, timeoutMs }, signal);
  const { latencyMs, timings, details } = found;
  const outcome = judged(found.outcome, latencyMs, thresholds.degradedAboveMs);
  const { code, message } =
    outcome === 'slow'
      ? {
          code: 'slow',
          message: `${found.message} after ${latencyMs ?? 0} ms: more than ${thresholds.degradedAboveMs ?? 0} ms is slow`,
        }
      : found;
  return {
    id: uuidV7(),
    serviceId,
    checkedAt: new Date(startedAt).toISOString(),
    outcome,
    code,
    message: message.slice(0, maxMessage),
    latencyMs,
    timings,
    details,
  };
}

/** What a leased check means for the service: how it counts, and whether its health has to be decided anew. */
export function findingOf(lease: Lease, result: CheckResult): Finding {
  const { schedule, thresholds } = lease.settings;
  const tally = counted(lease.tally ?? emptyTally, result, schedule);
  const findings = { tally, check: result, thresholds, schedule };
  const isSame = lease.health !== null && assess(lease.health, findings).status === lease.health;
  return { lease, result, tally, health: isSame ? lease.health : null };
}

/** A sentence; it goes into the log when it tips the scales. */
const maxMessage = 500;
