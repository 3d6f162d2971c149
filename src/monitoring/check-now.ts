import { type Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { services } from '../commands/aggregates.js';
import { type StateReader } from '../commands/state-reader.js';
import { existing } from '../domain/services/service-state.js';
import { serviceStream } from '../event-store/stream-id.js';
import { spend } from '../platform/throttle.js';
import { check, findingOf } from './check.js';
import { type Probe } from './probes/probe.js';
import { type Recorder } from './recorder.js';
import { type CheckResult } from './results/check-result.js';
import { type CheckSchedule } from './schedule/check-schedule.js';

export interface CheckNowParts {
  readonly pool: Pool;
  readonly read: StateReader;
  readonly schedule: CheckSchedule;
  readonly recorder: Pick<Recorder, 'record'>;
  readonly probe: Probe;
}

/** Checks a service because somebody wants to know. It counts as any other check. */
export class CheckNow {
  private readonly throttle: RateLimiterPostgres;

  constructor(private readonly parts: CheckNowParts) {
    this.throttle = new RateLimiterPostgres({
      storeClient: parts.pool,
      schemaName: 'monitoring',
      tableName: 'check_requests',
      tableCreated: true,
      keyPrefix: 'service',
      points: checksPerMinute,
      duration: 60,
    });
  }

  /**
   * A paused service is checked as well; then nobody keeps what was found.
   *
   * @throws Throttled, DomainError `service-not-found`, and what database and event store throw.
   */
  async check(serviceId: string, signal: AbortSignal): Promise<CheckResult> {
    await spend(this.throttle, serviceId, tooOften);
    const { schedule, recorder, probe } = this.parts;
    const lease = await schedule.leaseOne(serviceId);
    if (lease === undefined) return this.checkAside(serviceId, signal);
    const result = await check(probe, serviceId, lease.settings, lease.givenAt, signal);
    await recorder.record(findingOf(lease, result));
    return result;
  }

  /** One that is not scheduled: it is paused, or was registered only now. */
  private async checkAside(serviceId: string, signal: AbortSignal): Promise<CheckResult> {
    const state = await this.parts.read.state(services, serviceStream(serviceId));
    const { target, expectation, schedule, thresholds } = existing(state);
    const settings = { target, expectation, schedule, thresholds };
    return check(this.parts.probe, serviceId, settings, Date.now(), signal);
  }
}

const checksPerMinute = 12;
const tooOften = 'This service was checked often enough for now: try again later';
