import { installJobQueue } from '../notifications/job-queue.js';
import { createLogger } from '../platform/logger.js';
import { migrate } from '../platform/migrations.js';
import { createPool } from '../platform/postgres.js';

/**
 * Brings everything in the database up to date, or by a number of steps: the migrations, and what the library of the job
 * queue keeps there.
 *
 * @returns The names of the migrations that ran.
 */
export async function migrateDatabase(url: string, steps?: number): Promise<string[]> {
  const names = await migrate(url, 'up', steps);
  const pool = createPool(url, 1, createLogger('silent'));
  try {
    await installJobQueue(pool);
  } finally {
    await pool.end();
  }
  return names;
}
