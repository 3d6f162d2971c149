import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { seed } from '../../bench/projections/seed.js';
import { connect } from '../../src/platform/postgres.js';
import { PostgresLog } from '../event-store/support/postgres.js';
import { eventually } from '../event-store/support/waiting.js';
import { RunningEngine } from './support/read-models.js';

let log: PostgresLog;
let engine: RunningEngine | undefined;

beforeEach(async () => {
  log = await PostgresLog.create();
  const client = await connect(log.url, { timeoutMs: 0 });
  await seed(client, 500, 21);
  await client.end();
});
afterEach(async () => {
  await engine?.stop();
  await log.close();
});

async function isTidied(table: string): Promise<boolean> {
  const [row] = await log.query(
    `SELECT vacuum_count FROM pg_stat_user_tables WHERE schemaname = 'read' AND relname = $1`,
    [table],
  );
  return row !== undefined && Number(row['vacuum_count']) > 0;
}

describe('A projection engine that was far behind', () => {
  it('given it has caught up, then the old versions of its rows are tidied away', async () => {
    engine = await RunningEngine.start(log);

    await eventually('services are tidied up', () => isTidied('services'), 60_000);
  }, 90_000);
});
