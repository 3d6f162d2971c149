import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { CheckpointWatcher } from '../../src/projections/checkpoint-watcher.js';
import { ReadModelGate } from '../../src/projections/read-model-gate.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const subject = usePostgresLog();
let gate: ReadModelGate;
let proxy: TcpProxy;
let pool: Pool;
let watcher: CheckpointWatcher;

beforeEach(async () => {
  await subject.log.query('TRUNCATE readers.checkpoints');
  gate = new ReadModelGate();
  proxy = await TcpProxy.start(subject.log.url);
  pool = createPool(proxy.url, 2, createLogger('silent'));
  watcher = new CheckpointWatcher(pool, ['slow', 'fast'], gate);
  watcher.start();
});
afterEach(async () => {
  watcher.stop();
  await pool.end();
  await proxy.stop();
});

async function isAt(reader: string, position: bigint, error: string | null = null): Promise<void> {
  await subject.log.query(
    `INSERT INTO readers.checkpoints (reader, version, position, error) VALUES ($1, 1, $2, $3)
         ON CONFLICT (reader) DO UPDATE SET position = $2, error = $3`,
    [reader, position.toString(), error],
  );
}

describe('A process that runs no projections itself', () => {
  it('given somebody waits, when the slowest has come that far elsewhere, then it learns', async () => {
    await isAt('fast', 9n);
    await isAt('slow', 5n);
    const five = gate.waitFor(5n, 5_000);
    const nine = gate.waitFor(9n, 5_000);

    expect(await five).toBe(true);
    expect(gate.position).toBe(5n);

    await isAt('slow', 12n);
    expect(await nine).toBe(true);
    expect(gate.position).toBe(9n);
  });

  it('given one is stopped by an event, then it holds nobody up, nor do other readers', async () => {
    await isAt('fast', 9n);
    await isAt('slow', 5n, 'An event stopped it');
    await isAt('process:something', 1n);

    expect(await gate.waitFor(9n, 5_000)).toBe(true);
  });

  it('given nobody waits, then it does not ask', async () => {
    await isAt('fast', 9n);
    await isAt('slow', 9n);
    // A second watcher on the same checkpoints shows that there was time enough to ask.
    const other = new ReadModelGate();
    const asking = new CheckpointWatcher(pool, ['slow', 'fast'], other);
    asking.start();
    expect(await other.waitFor(9n, 5_000)).toBe(true);
    asking.stop();

    expect(gate.position).toBe(0n);
  });

  it('given no projection ever ran, when the time is up, then the wait is over', async () => {
    expect(await gate.waitFor(1n, 100)).toBe(false);
  });

  it('given the database is away, when it is back, then it learns', async () => {
    await isAt('fast', 9n);
    await isAt('slow', 9n);
    await proxy.refuse();
    expect(await gate.waitFor(9n, 100)).toBe(false);

    await proxy.restore();

    expect(await gate.waitFor(9n, 5_000)).toBe(true);
  });
});
