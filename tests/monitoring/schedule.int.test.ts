import { afterEach, describe, expect, it } from '@jest/globals';
import { commandContext } from '../../src/commands/context.js';
import { changeService } from '../../src/commands/services/change-service.js';
import { pauseService, resumeService } from '../../src/commands/services/service-actions.js';
import { type ProcessActor } from '../../src/domain/access/actor.js';
import { check, findingOf } from '../../src/monitoring/check.js';
import { type Probe, type ProbeResult } from '../../src/monitoring/probes/probe.js';
import { type Finding, type Lease } from '../../src/monitoring/schedule/check-schedule.js';
import { eventually, gate } from '../event-store/support/waiting.js';
import { found, type Observatory, settings, useObservatory } from './support/observatory.js';

const subject = useObservatory();
afterEach(() => subject.it.stopAll());

const somebody: ProcessActor = { kind: 'process', id: 'test' };
const always =
  (result: ProbeResult): Probe =>
  () =>
    Promise.resolve(result);

/** A check that somebody has leased, and what it found. */
async function made(lease: Lease, outcome: ProbeResult['outcome'] = 'up'): Promise<Finding> {
  const { serviceId, settings: of, givenAt } = lease;
  const { signal } = new AbortController();
  const result = await check(always(found(outcome)), serviceId, of, givenAt, signal);
  return findingOf(lease, result);
}

async function leaseOf(observatory: Observatory, serviceId: string): Promise<Lease> {
  const lease = await observatory.schedule.leaseOne(serviceId);
  if (lease === undefined) throw new Error('There is nothing to check');
  return lease;
}

describe('Checking services', () => {
  it('given somebody registers one, then it is checked at once, and the log says how it is', async () => {
    const monitor = subject.it.monitor(always(found('up')));
    subject.it.keeper(() => monitor.wake());

    const serviceId = await subject.it.register();

    await eventually('it is known', async () => (await subject.it.health(serviceId)).length > 0);
    const [result, ...more] = await subject.it.results(serviceId);
    expect(more).toEqual([]);
    expect(result).toMatchObject({ outcome: 'up', code: 'ok', latency_ms: 12 });
    expect(await subject.it.health(serviceId)).toEqual([
      {
        serviceId,
        from: 'unknown',
        to: 'healthy',
        since: result?.checked_at.toISOString(),
        reason: 'checks',
        evidence: {
          checks: 1,
          outcome: 'up',
          code: 'ok',
          message: 'up',
          latencyMs: 12,
          checkedAt: result?.checked_at.toISOString(),
        },
      },
    ]);
  });

  it('given answers are slower than allowed, then the service is degraded', async () => {
    const monitor = subject.it.monitor(always(found('up', 900)));
    subject.it.keeper(() => monitor.wake());

    const serviceId = await subject.it.register({ degradedAboveMs: 500 });

    await eventually('it is known', async () => (await subject.it.health(serviceId)).length > 0);
    expect(await subject.it.health(serviceId)).toMatchObject([{ to: 'degraded' }]);
    expect(await subject.it.results(serviceId)).toMatchObject([{ outcome: 'slow' }]);
  });

  it('given two monitors and many services, then each check is made once, at its place in the interval', async () => {
    const interval = 1;
    const ids = await subject.it.schedules(60, {
      schedule: { intervalSeconds: interval, timeoutMs: 500 },
    });
    for (let each = 0; each < 2; each += 1) subject.it.monitor(always(found('up')));

    await eventually('every one was checked some times', async () => {
      const counts = await Promise.all(ids.map((id) => subject.it.results(id)));
      return counts.every((results) => results.length >= 4);
    });
    await subject.it.stopAll();

    for (const id of ids) {
      const { rows } = await subject.it.pool.query<{ slots: number; checks: number }>(
        // After the first one, which is made at once, each slot has one check at most.
        `SELECT count(DISTINCT monitoring.next_slot(service_id, $2, checked_at))::int AS slots,
                count(*)::int AS checks
           FROM (SELECT * FROM monitoring.results WHERE service_id = $1 ORDER BY checked_at OFFSET 1) r`,
        [id, interval],
      );
      expect(rows[0]?.checks).toBe(rows[0]?.slots);
    }
  });

  it('given whoever made a check comes after the end of its lease, then it does not count', async () => {
    const [serviceId = ''] = await subject.it.schedules(1);
    const late = await made(await leaseOf(subject.it, serviceId), 'down');
    await subject.it.letTimePass(serviceId);
    const inTime = await made(await leaseOf(subject.it, serviceId), 'up');

    expect([...(await subject.it.schedule.finish([inTime]))]).toEqual([inTime.result.id]);
    expect([...(await subject.it.schedule.finish([late]))]).toEqual([]);

    expect(await subject.it.results(serviceId)).toMatchObject([{ id: inTime.result.id }]);
  });

  it('given whoever leased a check is gone, when the lease ends, then somebody else makes it', async () => {
    const serviceId = await subject.it.register();
    subject.it.keeper();
    await eventually(
      'it is scheduled',
      async () => (await subject.it.schedule.leaseOne(serviceId)) !== undefined,
    );

    await subject.it.letTimePass(serviceId);
    subject.it.monitor(always(found('up')));

    await eventually('it is known', async () => (await subject.it.health(serviceId)).length > 0);
  });

  it('given a kill between result and event, then the next check writes the event, once, with its true beginning', async () => {
    const serviceId = await subject.it.register();
    subject.it.keeper();
    await eventually(
      'it is scheduled',
      async () => (await subject.it.schedule.leaseOne(serviceId)) !== undefined,
    );
    const first = await made(await leaseOf(subject.it, serviceId), 'up');
    await subject.it.schedule.finish([first]);
    expect(await subject.it.health(serviceId)).toEqual([]);

    const second = await made(await leaseOf(subject.it, serviceId), 'up');
    await subject.it.recorder().record(second);
    const third = await made(await leaseOf(subject.it, serviceId), 'up');
    await subject.it.recorder().record(third);

    expect(third.health).toBe('healthy');
    expect(await subject.it.health(serviceId)).toMatchObject([
      { to: 'healthy', since: first.result.checkedAt, evidence: { checks: 2 } },
    ]);
  });

  it('given a change of health that was not written yet, then somebody looks again soon', async () => {
    const [serviceId = ''] = await subject.it.schedules(1);
    await subject.it.schedule.finish([await made(await leaseOf(subject.it, serviceId))]);

    const { rows } = await subject.it.pool.query<{ seconds: number }>(
      `SELECT extract(epoch FROM wake_at - now())::float8 AS seconds FROM monitoring.watched WHERE service_id = $1`,
      [serviceId],
    );

    expect(rows[0]?.seconds).toBeLessThanOrEqual(15);
  });

  it('given somebody pauses a service that is being checked, then the check counts no more, and its health is forgotten', async () => {
    const asked = gate();
    const answered = gate();
    let isSlow = false;
    const monitor = subject.it.monitor(async () => {
      if (!isSlow) return found('up');
      asked.open();
      await answered.opened;
      return found('up');
    });
    subject.it.keeper(() => monitor.wake());
    const serviceId = await subject.it.register();
    await eventually('it is known', async () => (await subject.it.health(serviceId)).length > 0);
    isSlow = true;
    await subject.it.letTimePass(serviceId);
    await asked.opened;

    await subject.it.bus.execute(pauseService, { serviceId }, commandContext(somebody));
    await eventually(
      'it is forgotten',
      async () => (await subject.it.health(serviceId)).length > 1,
    );
    answered.open();
    await subject.it.stopAll();

    expect(await subject.it.health(serviceId)).toMatchObject([
      { to: 'healthy' },
      { to: 'unknown', reason: 'paused', evidence: null },
    ]);
    expect(await subject.it.results(serviceId)).toHaveLength(1);
    expect(await subject.it.schedule.leaseOne(serviceId)).toBeUndefined();

    subject.it.keeper();
    await subject.it.bus.execute(resumeService, { serviceId }, commandContext(somebody));
    await eventually(
      'it is due again',
      async () => (await subject.it.schedule.leaseOne(serviceId)) !== undefined,
    );
  });

  it('given a service is pointed elsewhere, then it is checked at once, and what was counted is void', async () => {
    const monitor = subject.it.monitor(always(found('up')));
    subject.it.keeper(() => monitor.wake());
    const serviceId = await subject.it.register();
    await eventually('it is known', async () => (await subject.it.health(serviceId)).length > 0);

    const url = 'https://elsewhere.example.org/';
    await subject.it.bus.execute(changeService, { serviceId, url }, commandContext(somebody));

    await eventually(
      'it was checked again',
      async () => (await subject.it.results(serviceId)).length > 1,
    );
    await subject.it.stopAll();
    expect((await leaseOf(subject.it, serviceId)).tally?.up.checks).toBe(1);
  });

  it('given older settings come late, then they change nothing', async () => {
    const [serviceId = ''] = await subject.it.schedules(1);
    const newest = settings({ schedule: { intervalSeconds: 77, timeoutMs: 1_000 } });
    const entry = { serviceId, isActive: true, isNews: true };
    await subject.it.watched.update([{ ...entry, revision: 5, settings: newest }]);

    await subject.it.watched.update([
      { ...entry, revision: 4, isActive: false, settings: settings() },
    ]);

    expect((await leaseOf(subject.it, serviceId)).settings).toEqual(newest);
  });
});

describe('After a stop of all monitors', () => {
  it('given many checks are overdue, then they are spread instead of made at once', async () => {
    const ids = await subject.it.schedules(200, {
      schedule: { intervalSeconds: 60, timeoutMs: 500 },
    });
    await subject.it.pool.query(
      `UPDATE monitoring.watched
          SET due_at = now() - interval '1 hour', wake_at = now() - interval '1 hour'
        WHERE service_id = ANY ($1)`,
      [ids],
    );

    const spread = await subject.it.schedule.spreadOverdue();

    const { rows } = await subject.it.pool.query<{ tenth: number }>(
      `SELECT floor(extract(epoch FROM due_at - now()) / 6)::int AS tenth FROM monitoring.watched WHERE service_id = ANY ($1)`,
      [ids],
    );
    expect(spread).toBe(ids.length);
    // In each tenth of the minute there are some, and in none of them most.
    const counts = Array.from(
      { length: 10 },
      (_, n) => rows.filter(({ tenth }) => tenth === n).length,
    );
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(Math.max(...counts)).toBeLessThan(100);
  });
});

describe('The slots of a schedule', () => {
  it('come one interval after the other, whenever one asks, and those of services are spread', async () => {
    const { rows } = await subject.it.pool.query<{ gap: number; phase: number }>(
      `SELECT extract(epoch FROM monitoring.next_slot(id, 60, slot) - slot)::float8 AS gap,
              (extract(epoch FROM slot)::numeric % 60)::float8 AS phase
         FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 1000)) ids,
              LATERAL (SELECT monitoring.next_slot(id, 60, now()) AS slot) s`,
    );
    expect(new Set(rows.map(({ gap }) => gap))).toEqual(new Set([60]));
    const sixths = Array.from(
      { length: 6 },
      (_, n) => rows.filter(({ phase }) => Math.floor(phase / 10) === n).length,
    );
    expect(Math.min(...sixths)).toBeGreaterThan(100);
  });
});
