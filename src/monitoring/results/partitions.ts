import { type Pool, type PoolClient } from 'pg';
import { advisoryLocks } from '../../platform/advisory-locks.js';
import { transact } from '../../platform/postgres.js';

/** A table of measurements that is kept in pieces by time, so that what is too old can be dropped whole. */
export interface Partitioned {
  readonly table: 'results' | 'rollups_5m' | 'rollups_1h' | 'rollups_1d';
  readonly piece: 'day' | 'month' | 'year';
  /** Pieces that ended longer ago are dropped; undefined: kept for ever. */
  readonly keepDays: number | undefined;
}

/** Makes the pieces that are needed now and in the next days, and drops those that are too old. */
export class Partitions {
  constructor(
    private readonly pool: Pool,
    private readonly tables: readonly Partitioned[],
  ) {}

  /** Doing it in two processes at the same time does no harm. */
  async tend(): Promise<void> {
    await transact(
      this.pool,
      async (client) => {
        await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.partitions]);
        for (const each of this.tables) {
          await make(client, each);
          if (each.keepDays !== undefined) await drop(client, each, each.keepDays);
        }
      },
      transactionMs,
    );
  }
}

async function make(client: PoolClient, { table, piece }: Partitioned): Promise<void> {
  const { rows } = await client.query<{ name: string; from: string; to: string }>(
    `SELECT $1 || '_' || to_char(starts, 'YYYYMMDD') AS name,
              to_char(starts, 'YYYY-MM-DD') AS from,
              to_char(starts + $2::interval, 'YYYY-MM-DD') AS to
         FROM generate_series(
                date_trunc($3, now() AT TIME ZONE 'UTC' - interval '1 day'),
                now() AT TIME ZONE 'UTC' + interval '2 days',
                $2::interval
              ) AS starts
        WHERE to_regclass('monitoring.' || $1 || '_' || to_char(starts, 'YYYYMMDD')) IS NULL`,
    [table, `1 ${piece}`, piece],
  );
  for (const { name, from, to } of rows)
    await client.query(
      `CREATE TABLE IF NOT EXISTS monitoring.${name} PARTITION OF monitoring.${table}
            FOR VALUES FROM ('${from}T00:00:00Z') TO ('${to}T00:00:00Z')`,
    );
}

async function drop(
  client: PoolClient,
  { table, piece }: Partitioned,
  keepDays: number,
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT part.relname AS name
         FROM pg_inherits i
         JOIN pg_class part ON part.oid = i.inhrelid
        WHERE i.inhparent = to_regclass('monitoring.' || $1)
          AND to_date(right(part.relname, 8), 'YYYYMMDD') + $2::interval
              <= now() AT TIME ZONE 'UTC' - $3 * interval '1 day'
        ORDER BY 1`,
    [table, `1 ${piece}`, keepDays],
  );
  for (const { name } of rows) await client.query(`DROP TABLE IF EXISTS monitoring.${name}`);
}
/** Dropping a day of ten thousand services takes a moment, and waits for whoever reads it. */
const transactionMs = 30_000;
