import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { accuracy, quantile } from '../../src/domain/health/latencies.js';
import { measurements } from '../../src/monitoring/results/measurements.js';
import { Partitions } from '../../src/monitoring/results/partitions.js';
import { Rollups } from '../../src/monitoring/results/rollups.js';
import { MeasuredPieces, type Piece } from '../../src/queries/checks/measured-pieces.js';
import { type Database, openDatabase } from '../../src/queries/database.js';
import { useObservatory } from './support/observatory.js';

const subject = useObservatory();
const serviceId = randomUUID();
const other = randomUUID();
const hour = 3_600_000;
const day = 24 * hour;

let database: Database;
beforeAll(async () => {
  database = await openDatabase(subject.it.url, 2);
});
afterAll(() => database.end());

interface Measured {
  readonly at: number;
  readonly outcome: 'up' | 'slow' | 'down' | 'unknown';
  readonly latencyMs: number | null;
}

/** A check every few minutes, in a span of time, with every outcome there is. */
function some(from: number, to: number): Measured[] {
  const outcomes = ['up', 'up', 'up', 'slow', 'down', 'unknown'] as const;
  const all: Measured[] = [];
  for (let at = from, n = 0; at < to; at += 97_000, n += 1) {
    const outcome = outcomes[n % outcomes.length] ?? 'up';
    const answered = outcome === 'up' || outcome === 'slow';
    all.push({ at, outcome, latencyMs: answered ? 1 + ((n * 7919) % 3_000) : null });
  }
  return all;
}

async function store(id: string, results: readonly Measured[]): Promise<void> {
  await subject.it.pool.query(
    `INSERT INTO monitoring.results (id, service_id, checked_at, outcome, code, message, latency_ms, timings, details)
     SELECT gen_random_uuid(), $1, to_timestamp(r.at / 1000.0), r.outcome, 'ok', '', r.latency, '{}', '{}'
       FROM json_to_recordset($2) AS r (at float8, outcome text, latency integer)`,
    [
      id,
      JSON.stringify(results.map(({ latencyMs, ...rest }) => ({ ...rest, latency: latencyMs }))),
    ],
  );
}

function totals(pieces: readonly Piece[]): object {
  const sum = (part: 'up' | 'slow' | 'down' | 'unknown'): number =>
    pieces.reduce((total, piece) => total + piece[part], 0);
  return { up: sum('up'), slow: sum('slow'), down: sum('down'), unknown: sum('unknown') };
}

function countsOf(results: readonly Measured[]): object {
  const count = (wanted: string): number =>
    results.filter(({ outcome }) => outcome === wanted).length;
  return { up: count('up'), slow: count('slow'), down: count('down'), unknown: count('unknown') };
}

describe('Sums of results', () => {
  const now = Date.now();
  const today = Math.floor(now / day) * day;
  const window = { from: today - day, to: now };
  const results = some(today - day + 60_000, now - 1_000);

  beforeEach(() =>
    subject.it.pool.query(
      'TRUNCATE monitoring.results, monitoring.rollups_5m, monitoring.rollups_1h, monitoring.rollups_1d, monitoring.rolled_up',
    ),
  );

  it('given results, when they are summed up, then every question has the same answer as before', async () => {
    await store(serviceId, results);
    await store(other, results.slice(0, 40));
    const pieces = new MeasuredPieces(database, { results: 30, hourly: 365 });
    const questions = [
      window,
      { from: now - 3 * hour, to: now - hour },
      { from: now - 7 * hour, to: now },
    ];
    const ask = () => Promise.all(questions.map((each) => pieces.of(serviceId, each, now)));
    const before = await ask();
    expect(totals(before[0] ?? [])).toEqual(countsOf(results));

    await new Rollups(subject.it.pool).rollUp();

    expect(await ask()).toEqual(before);
    expect(totals(await pieces.of(other, window, now))).toEqual(countsOf(results.slice(0, 40)));
  });

  it('given they are summed up to hours and days, then the counts are the same, and quantiles within two per cent', async () => {
    await store(serviceId, results);
    const rollups = new Rollups(subject.it.pool);
    await rollups.rollUp();

    const yesterday = { from: today - day, to: today };
    const ofYesterday = results.filter(({ at }) => at < today);
    const times = ofYesterday.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
    // What is older is looked up in hours, and what is older still in days.
    for (const kept of [
      { results: 0, hourly: 365 },
      { results: 0, hourly: 0 },
    ]) {
      const found = await new MeasuredPieces(database, kept).of(serviceId, yesterday, now);
      expect(totals(found)).toEqual(countsOf(ofYesterday));
      const all = new Map<number, number>();
      for (const { latencies } of found)
        for (const [bucket, n] of latencies) all.set(bucket, (all.get(bucket) ?? 0) + n);
      for (const part of [0.5, 0.95, 0.99]) {
        const truth = times[Math.floor(part * (times.length - 1))] ?? NaN;
        expect(Math.abs((quantile(all, part) ?? NaN) - truth)).toBeLessThanOrEqual(
          accuracy * truth + 0.5,
        );
      }
    }
  });

  it('given several processes sum up at the same time, again and again, then nothing is counted twice', async () => {
    await store(serviceId, results);
    const rollups = [1, 2, 3].map(() => new Rollups(subject.it.pool));

    await Promise.all(rollups.map((each) => each.rollUp()));
    await Promise.all(rollups.map((each) => each.rollUp()));

    const found = await new MeasuredPieces(database, { results: 30, hourly: 365 }).of(
      serviceId,
      window,
      now,
    );
    expect(totals(found)).toEqual(countsOf(results));
  });

  it('given a check is still under way, then its piece of time is not summed up yet', async () => {
    await store(serviceId, some(now - hour, now - 90_000));
    await new Rollups(subject.it.pool).rollUp();

    const { rows } = await subject.it.pool.query<{ left: boolean }>(
      `SELECT up_to <= now() - interval '2 minutes' AS left FROM monitoring.rolled_up WHERE level = '5m'`,
    );

    expect(rows).toEqual([{ left: true }]);
  });
});

describe('The pieces that measurements are kept in', () => {
  const names = async (): Promise<string[]> => {
    const { rows } = await subject.it.pool.query<{ name: string }>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'monitoring.results'::regclass`,
    );
    return rows.map(({ name }) => name);
  };

  it('given days that are too old, then they are dropped whole, and others stay', async () => {
    await subject.it.pool.query(`
      CREATE TABLE monitoring.results_20200101 PARTITION OF monitoring.results
         FOR VALUES FROM ('2020-01-01T00:00:00Z') TO ('2020-01-02T00:00:00Z')`);
    const before = await names();
    expect(before).toContain('monitoring.results_20200101');

    const partitions = new Partitions(subject.it.pool, measurements({ results: 30, hourly: 365 }));
    await Promise.all([partitions.tend(), partitions.tend()]);

    expect(await names()).toEqual(before.filter((name) => name !== 'monitoring.results_20200101'));
  });

  it('given the coming days, then there is room for their results already', async () => {
    const inTwoDays = new Date(Date.now() + 2 * day).toISOString().slice(0, 10).replaceAll('-', '');
    expect(await names()).toContain(`monitoring.results_${inTwoDays}`);
  });
});
