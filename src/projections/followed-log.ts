import { type Pool, type PoolClient } from 'pg';
import { advisoryLocks } from '../platform/advisory-locks.js';
import { begin } from '../platform/postgres.js';

/**
 * Ties the checkpoints of all readers to one log. When another one is to be followed from here on, they are removed, so
 * that everybody begins at its start: a position in one log means nothing in another. Call it before any reader starts.
 *
 * @param identity Of the log, as its store tells it.
 * @returns Whether readers have to begin anew because the log is another one.
 */
export async function followLog(pool: Pool, identity: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const isAnother = await compareAndReplace(client, identity);
    await client.query('COMMIT');
    client.release();
    return isAnother;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

/** The identity of the log that was followed last, if any was. */
export async function followedLog(client: Pool | PoolClient): Promise<string | undefined> {
  const { rows } = await client.query<{ identity: string }>(
    'SELECT identity FROM readers.followed_log',
  );
  return rows[0]?.identity;
}

async function compareAndReplace(client: PoolClient, identity: string): Promise<boolean> {
  // The lock of whoever makes or drops read-model tables: processes that start together do it once.
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.readModelTables]);
  if ((await followedLog(client)) === identity) return false;
  await client.query(
    `INSERT INTO readers.followed_log (identity) VALUES ($1)
         ON CONFLICT (only_row) DO UPDATE
        SET identity = EXCLUDED.identity`,
    [identity],
  );
  await client.query('DELETE FROM readers.skipped');
  await client.query('DELETE FROM readers.replaced');
  await client.query('DELETE FROM readers.rebuilds');
  const { rowCount } = await client.query('DELETE FROM readers.checkpoints');
  await client.query('DELETE FROM readers.snapshots');
  await client.query('DELETE FROM monitoring.watched');
  return (rowCount ?? 0) > 0;
}
