import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PG_MIGRATE_LOCK_ID, runner } from 'node-pg-migrate';
import { beginWithin, connect } from './postgres.js';

/** Of this file in `src/platform` and in `dist/platform` alike. */
const ownMigrations = path.resolve(import.meta.dirname, '../../migrations');

/**
 * Brings the schema up to the newest migration, or up or down by a number of steps. Only one process does so at a
 * time; the others wait for it.
 *
 * @returns The names of the migrations that ran.
 */
export async function migrate(
  url: string,
  direction: 'up' | 'down',
  steps?: number,
  directory = ownMigrations,
): Promise<string[]> {
  // Another process may be busy with a long migration: no timeouts here.
  const client = await connect(url, { timeoutMs: 0 });
  try {
    await client.query(beginWithin(0));
    // The runner's own lock belongs to the connection, and behind a pooler that may be another one at its end.
    await client.query(`SELECT pg_advisory_xact_lock(${PG_MIGRATE_LOCK_ID})`);
    const done = await runner({
      dbClient: client,
      dir: directory,
      migrationsTable: 'migrations',
      direction,
      count: steps ?? (direction === 'up' ? Infinity : 1),
      noLock: true,
      // All of them or none: a step that is refused leaves nothing half undone.
      singleTransaction: true,
      checkOrder: true,
      log: () => undefined,
    });
    // What there was to do it has committed itself.
    if (done.length === 0) await client.query('COMMIT');
    return done.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

/** @returns The path of a new, empty migration with the next number. */
export async function createMigration(name: string, directory = ownMigrations): Promise<string> {
  await mkdir(directory, { recursive: true });
  const numbers = (await readdir(directory)).map((file) => Number(/^[0-9]{4}(?=_)/.exec(file)));
  const number = String(Math.max(0, ...numbers) + 1).padStart(4, '0');
  const file = path.join(directory, `${number}_${name}.sql`);
  await writeFile(file, '-- Up Migration\n\n-- Down Migration\n', { flag: 'wx' });
  return file;
}
