import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { followLog } from '../../src/projections/followed-log.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';

const subject = usePostgresLog();
let pool: Pool;
beforeAll(() => {
  pool = createPool(subject.log.url, 8, createLogger('silent'));
});
afterAll(() => pool.end());
beforeEach(async () => {
  await subject.log.query('TRUNCATE readers.checkpoints, readers.followed_log');
});

async function given(log: string, checkpoints: number): Promise<void> {
  await followLog(pool, log);
  await subject.log.query(
    `INSERT INTO readers.checkpoints (reader, version, position)
     SELECT 'reader ' || n, 1, 100 FROM generate_series(1, $1) AS n`,
    [checkpoints],
  );
}

async function checkpoints(): Promise<number> {
  return (await subject.log.query('SELECT FROM readers.checkpoints')).length;
}

describe('Checkpoints belong to one log', () => {
  it('given checkpoints, when the same log is followed, then they stay', async () => {
    await given('postgres:1', 2);

    expect(await followLog(pool, 'postgres:1')).toBe(false);
    expect(await checkpoints()).toBe(2);
  });

  it('given checkpoints, when another log is followed, then all begin anew, once', async () => {
    await given('postgres:1', 2);

    expect(await followLog(pool, 'esdb:1')).toBe(true);
    expect(await checkpoints()).toBe(0);
    expect(await followLog(pool, 'esdb:1')).toBe(false);
  });

  it('given no checkpoint yet, when a log is followed, then nobody has to begin anew', async () => {
    expect(await followLog(pool, 'postgres:1')).toBe(false);
  });

  it('given checkpoints of nobody knows which log, when one is followed, then they go', async () => {
    await given('postgres:1', 1);
    await subject.log.query('TRUNCATE readers.followed_log');

    expect(await followLog(pool, 'postgres:1')).toBe(true);
    expect(await checkpoints()).toBe(0);
  });

  it('given processes that start together, then one of them removes the checkpoints', async () => {
    await given('postgres:1', 2);

    const answers = await Promise.all(Array.from({ length: 8 }, () => followLog(pool, 'esdb:1')));

    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});
