import { type ClientBase } from 'pg';
import { beginWithin } from './postgres.js';

/**
 * The numbers of the advisory locks that Watchbook takes in its database, all in one place, so that no two of them
 * are the same. Locks of migrations and of the embedded server's owner have a number space of their own.
 */
export const advisoryLocks = {
  /** Giving positions to events; also in the functions that append, see migrations/. */
  positions: 7_310_578_001,
  /** Making and dropping tables of read models. */
  readModelTables: 7_310_578_002,
  /** Sealing the log. */
  seals: 7_310_578_003,
  /** Writing snapshots. */
  snapshots: 7_310_578_004,
  /** Making and dropping the pieces that measurements are kept in. */
  partitions: 7_310_578_005,
} as const;

/**
 * Tries to take a lock that ends with the connection, whatever becomes of this side. It is taken in a transaction that
 * stays open and does nothing else: behind PgBouncer in transaction mode, a lock of the session would stay with a
 * connection that others use next. No row is held, and vacuum is not held up.
 *
 * @param client Used for nothing else while the lock is held, and closed then; as it was where the lock is not free.
 * @returns Whether nobody else has it.
 */
export async function tryLock(client: ClientBase, lock: number): Promise<boolean> {
  await client.query(beginWithin(0));
  const { rows } = await client.query<{ isFree: boolean }>(
    'SELECT pg_try_advisory_xact_lock($1) AS "isFree"',
    [lock],
  );
  if (rows[0]?.isFree === true) return true;
  await client.query('ROLLBACK');
  return false;
}
