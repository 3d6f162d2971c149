import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll } from '@jest/globals';
import { commandContext } from '../../../src/commands/context.js';
import { registerService } from '../../../src/commands/services/register-service.js';
import { type CommandBus } from '../../../src/commands/command-bus.js';
import { type ServiceHealthEvent } from '../../../src/domain/health/events.js';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { defaultThresholds } from '../../../src/domain/services/schedule.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { healthStream } from '../../../src/event-store/stream-id.js';
import { Monitor } from '../../../src/monitoring/monitor.js';
import { type Probe, type ProbeResult } from '../../../src/monitoring/probes/probe.js';
import { Recorder } from '../../../src/monitoring/recorder.js';
import { Partitions } from '../../../src/monitoring/results/partitions.js';
import { measurements } from '../../../src/monitoring/results/measurements.js';
import { CheckSchedule } from '../../../src/monitoring/schedule/check-schedule.js';
import { ScheduleKeeper } from '../../../src/monitoring/schedule/schedule-keeper.js';
import { WatchedServices } from '../../../src/monitoring/schedule/watched-services.js';
import { type Settings } from '../../../src/monitoring/settings.js';
import { createPool } from '../../../src/platform/postgres.js';
import { ReaderCheckpoint } from '../../../src/platform/reader-checkpoint.js';
import { busOn, somebodyWith } from '../../commands/support/workshop.js';
import { PostgresLog } from '../../event-store/support/postgres.js';

const silent = pino({ level: 'silent' });

/** A database with a log and a schedule of checks, and monitors that work it off. */
export class Observatory {
  readonly schedule: CheckSchedule;
  readonly watched: WatchedServices;
  readonly bus: CommandBus;
  private readonly running: { stop(): Promise<void> }[] = [];

  private constructor(
    private readonly log: PostgresLog,
    readonly pool: Pool,
    readonly store: EventStore,
  ) {
    this.schedule = new CheckSchedule(pool);
    this.watched = new WatchedServices(pool);
    this.bus = busOn(store);
  }

  static async open(): Promise<Observatory> {
    const log = await PostgresLog.create();
    const pool = createPool(log.url, 10, silent);
    await new Partitions(pool, measurements({ results: 30, hourly: 365 })).tend();
    return new Observatory(log, pool, log.open());
  }

  get url(): string {
    return this.log.url;
  }

  recorder(): Recorder {
    const { store, bus, schedule } = this;
    return new Recorder({ store, bus, schedule });
  }

  monitor(probe: Probe): Monitor {
    const { schedule } = this;
    const monitor = new Monitor({ schedule, probe, recorder: this.recorder(), log: silent });
    monitor.start();
    this.running.push(monitor);
    return monitor;
  }

  keeper(onChange = (): void => undefined): ScheduleKeeper {
    const { store, bus, watched } = this;
    const checkpoint = new ReaderCheckpoint(this.pool, 'process:check-schedule');
    const keeper = new ScheduleKeeper({
      ...{ store, bus, watched, checkpoint, onChange },
      log: silent,
    });
    keeper.start();
    this.running.push(keeper);
    return keeper;
  }

  /** A service as somebody registers it. */
  async register(
    more: { readonly intervalSeconds?: number; readonly degradedAboveMs?: number } = {},
  ): Promise<string> {
    const serviceId = randomUUID();
    const owner = somebodyWith('services:create');
    const target = { name: 'Shop', url: 'https://shop.example.org/', type: 'http' };
    const input = { serviceId, ownerId: owner.id, ...target, ...more };
    await this.bus.execute(registerService, input, commandContext(owner));
    return serviceId;
  }

  /** Services that only the schedule knows of, due at once. */
  async schedules(count: number, more: Partial<Settings> = {}): Promise<readonly string[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    await this.watched.update(
      ids.map((serviceId) => ({
        serviceId,
        revision: 0,
        isActive: true,
        settings: settings(more),
        isNews: true,
      })),
    );
    return ids;
  }

  /** As if its lease had ended and its next check were due. */
  async letTimePass(serviceId: string): Promise<void> {
    await this.pool.query(
      `UPDATE monitoring.watched
          SET due_at = now(), wake_at = now()
        WHERE service_id = $1 AND due_at IS NOT NULL`,
      [serviceId],
    );
  }

  async results(serviceId: string): Promise<readonly ResultRow[]> {
    const { rows } = await this.pool.query<ResultRow>(
      'SELECT * FROM monitoring.results WHERE service_id = $1 ORDER BY checked_at',
      [serviceId],
    );
    return rows;
  }

  async health(serviceId: string): Promise<readonly ServiceHealthEvent['data'][]> {
    const told: ServiceHealthEvent['data'][] = [];
    for await (const entry of this.store.readStream(healthStream(serviceId)))
      if (entry.readable && entry.event.type === 'ServiceHealthChanged')
        told.push(entry.event.data);
    return told;
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.running.splice(0).map((each) => each.stop()));
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.pool.end();
    await this.log.close();
  }
}

export interface ResultRow {
  readonly id: string;
  readonly checked_at: Date;
  readonly outcome: string;
  readonly code: string;
  readonly latency_ms: number | null;
}

export function settings(more: Partial<Settings> = {}): Settings {
  return {
    target: { type: 'http', url: 'https://shop.example.org/' },
    expectation: defaultExpectation('http'),
    schedule: { intervalSeconds: 3_600, timeoutMs: 1_000 },
    thresholds: defaultThresholds,
    ...more,
  };
}

/** What a probe finds; the rest is as unremarkable as can be. */
export function found(
  outcome: ProbeResult['outcome'],
  latencyMs: number | null = outcome === 'up' ? 12 : null,
): ProbeResult {
  const code =
    outcome === 'up' ? 'ok' : outcome === 'down' ? 'connect_refused' : 'icmp_unavailable';
  return { outcome, code, message: outcome, latencyMs, timings: { total: 12 }, details: {} };
}

/** An observatory for the tests of one `describe`. */
export function useObservatory(): { readonly it: Observatory } {
  let opened: Observatory | undefined;
  beforeAll(async () => {
    opened = await Observatory.open();
  });
  afterAll(() => opened?.close());
  return {
    get it() {
      if (opened === undefined) throw new Error('It is there during the tests, not earlier');
      return opened;
    },
  };
}
