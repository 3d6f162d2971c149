import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { runner } from 'node-pg-migrate';
import { connect } from './postgres.js';

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
    const done = await runner({
      dbClient: client,
      dir: directory,
      migrationsTable: 'migrations',
      direction,
      count: steps ?? (direction === 'up' ? Infinity : 1),
      advisoryLockMode: 'wait',
      // All of them or none: a step that is refused leaves nothing half undone.
      singleTransaction: true,
      checkOrder: true,
      log: () => undefined,
    });
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
