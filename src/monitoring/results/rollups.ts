import { type Pool, type PoolClient } from 'pg';
import { bucketRatio } from '../../domain/health/latencies.js';
import { transact } from '../../platform/postgres.js';

/**
 * Sums up results: five minutes, hours, days. Each piece of time is summed up once, when no result can come for it any
 * more, from the level below; so the sums are exact, and outlive what they were made from.
 */
export class Rollups {
  constructor(private readonly pool: Pool) {}

  /** Sums up what has become complete since the last time. Of several processes, one does it. */
  async rollUp(): Promise<void> {
    for (const level of levels)
      while (await transact(this.pool, (client) => advance(client, level), transactionMs));
  }
}

interface Level {
  readonly name: '5m' | '1h' | '1d';
  readonly length: string;
  /** The most that is summed up in one transaction. */
  readonly step: string;
  /** Up to where the level below is complete. */
  readonly complete: string;
  readonly sum: string;
}

/** Checks take a minute at most, and their leases end ten seconds later. */
const nothingLate = `interval '2 minutes'`;

const fromResults = `
  SELECT service_id, starts_at, sum(up), sum(slow), sum(down), sum(unknown),
         coalesce(jsonb_object_agg(bucket, answers) FILTER (WHERE bucket IS NOT NULL), '{}')
    FROM (
      SELECT r.service_id,
             date_bin('5 minutes', r.checked_at, 'epoch') AS starts_at,
             CASE
               WHEN r.outcome IN ('up', 'slow')
                 THEN ceil(ln(greatest(r.latency_ms, 1)::float8) / ln(${bucketRatio}::float8))::integer
             END AS bucket,
             count(*) AS answers,
             count(*) FILTER (WHERE r.outcome = 'up') AS up,
             count(*) FILTER (WHERE r.outcome = 'slow') AS slow,
             count(*) FILTER (WHERE r.outcome = 'down') AS down,
             count(*) FILTER (WHERE r.outcome = 'unknown') AS unknown
        FROM monitoring.results r
       WHERE r.checked_at >= $1 AND r.checked_at < $2
       GROUP BY 1, 2, 3
    ) counted
   GROUP BY service_id, starts_at`;

const fromLevel = (below: string, unit: string): string => `
  WITH pieces AS (
    SELECT l.*, date_trunc('${unit}', l.starts_at, 'UTC') AS belongs_to
      FROM monitoring.rollups_${below} l
     WHERE l.starts_at >= $1 AND l.starts_at < $2
  ),
  counts AS (
    SELECT service_id, belongs_to, sum(up) AS up, sum(slow) AS slow, sum(down) AS down, sum(unknown) AS unknown
      FROM pieces
     GROUP BY service_id, belongs_to
  ),
  merged AS (
    SELECT service_id, belongs_to, jsonb_object_agg(bucket, answers) AS latencies
      FROM (
        SELECT p.service_id, p.belongs_to, each.key AS bucket, sum(each.value::integer) AS answers
          FROM pieces p
         CROSS JOIN LATERAL jsonb_each_text(p.latencies) AS each
         GROUP BY 1, 2, 3
      ) buckets
     GROUP BY service_id, belongs_to
  )
  SELECT service_id, belongs_to, up, slow, down, unknown, coalesce(latencies, '{}')
    FROM counts
    LEFT JOIN merged USING (service_id, belongs_to)`;

const upToOf = (level: string): string =>
  `(SELECT up_to FROM monitoring.rolled_up WHERE level = '${level}')`;

const levels: readonly Level[] = [
  {
    name: '5m',
    length: '5 minutes',
    step: '15 minutes',
    complete: `now() - ${nothingLate}`,
    sum: fromResults,
  },
  {
    name: '1h',
    length: '1 hour',
    step: '1 hour',
    complete: upToOf('5m'),
    sum: fromLevel('5m', 'hour'),
  },
  {
    name: '1d',
    length: '1 day',
    step: '1 day',
    complete: upToOf('1h'),
    sum: fromLevel('1h', 'day'),
  },
];

/** One step. @returns Whether there may be another one. */
async function advance(
  client: PoolClient,
  { name, length, step, complete, sum }: Level,
): Promise<boolean> {
  // Nothing was ever measured before the first result. Where there is a row, results are not looked at: looking for the
  // oldest of them means looking at all.
  await client.query(
    `INSERT INTO monitoring.rolled_up (level, up_to)
     SELECT $1, date_bin('1 day', min(checked_at), 'epoch')
       FROM monitoring.results
      WHERE NOT EXISTS (SELECT FROM monitoring.rolled_up WHERE level = $1)
     HAVING min(checked_at) IS NOT NULL
         ON CONFLICT DO NOTHING`,
    [name],
  );
  // Whoever holds the row sums up; the others leave it to them.
  const { rows } = await client.query<{ from: Date; to: Date }>(
    `SELECT up_to AS from,
            least(up_to + $2::interval, date_bin($3, ${complete}, 'epoch')) AS to
       FROM monitoring.rolled_up
      WHERE level = $1
        FOR UPDATE SKIP LOCKED`,
    [name, step, length],
  );
  const [span] = rows;
  if (span === undefined || span.to <= span.from) return false;
  await client.query(
    `INSERT INTO monitoring.rollups_${name} (service_id, starts_at, up, slow, down, unknown, latencies) ${sum}`,
    [span.from, span.to],
  );
  await client.query('UPDATE monitoring.rolled_up SET up_to = $2 WHERE level = $1', [
    name,
    span.to,
  ]);
  return true;
}

/** Of a day's hours for ten thousand services. */
const transactionMs = 60_000;
