import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { createLogger } from '../../src/platform/logger.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { carryOutInThread } from '../../src/projections/rebuild/rebuild-thread.js';
import { ProjectionRequests } from '../../src/projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../../src/projections/rebuild/rebuild-runner.js';
import { Rebuilds } from '../../src/projections/rebuild/rebuilds.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { eventually } from '../event-store/support/waiting.js';
import { type Cast, insertRaw, newCast } from './support/happenings.js';
import { allFolds, RunningEngine, tablesAndFold } from './support/read-models.js';

const subject = usePostgresLog();
/** As the composition has it, compiled or not. */
const module = new URL('../../src/composition/rebuild-thread.ts', import.meta.url);
let engine: RunningEngine;
let cast: Cast;
let pool: Pool;
let runner: RebuildRunner;
let errors: unknown[];

beforeEach(async () => {
  engine = await RunningEngine.start(subject.log);
  await engine.stopRebuilding();
  cast = await newCast(subject.store);
  await engine.reaches(cast.position);
  pool = createPool(subject.log.url, 3, createLogger('silent'));
  errors = [];
  runner = inThread(module);
  runner.start();
});
afterEach(async () => {
  await runner.stop();
  await engine.stop();
  await pool.end();
});

function inThread(thread: URL): RebuildRunner {
  const { url } = subject.log;
  return new RebuildRunner({
    rebuilds: new Rebuilds(pool),
    folds: allFolds(),
    carryOut: carryOutInThread(thread, { url, eventStore: undefined, logLevel: 'silent' }),
    connect: () => connect(url, { timeoutMs: 0 }),
    onEnd: () => Promise.resolve(),
    log: { info: () => undefined, error: (context) => void errors.push(context) },
  });
}

async function wanted(projection = 'services'): Promise<string> {
  const id = randomUUID();
  await new ProjectionRequests(pool).rebuild(id, projection, null);
  return id;
}

async function standing(id: string): Promise<Record<string, unknown> | undefined> {
  const columns = 'stage, reason, events::int, epoch::int, owner';
  const [row] = await subject.log.query(`SELECT ${columns} FROM readers.rebuilds WHERE id = $1`, [
    id,
  ]);
  return row;
}

async function until(id: string, stage: string): Promise<Record<string, unknown> | undefined> {
  const isThere = async (): Promise<boolean> => (await standing(id))?.['stage'] === stage;
  await eventually(`the rebuild is ${stage}`, isThere, 120_000);
  return standing(id);
}

/** Nobody can read the log until what it gives back is called. */
async function holdLog(): Promise<() => Promise<void>> {
  const client = await connect(subject.log.url, { timeoutMs: 0 });
  await client.query('BEGIN; LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE');
  return () => client.end();
}

describe('A rebuild in a thread of its own', () => {
  it('given two are wanted, then both take over, and equal what the log leads to', async () => {
    const ids = [await wanted('services'), await wanted('tags')];
    for (const id of ids) await until(id, 'swapped');

    await engine.reaches(cast.position);
    const { tables, fold } = await tablesAndFold(subject.log, subject.store);
    expect(tables).toEqual(fold);
    expect(errors).toEqual([]);
  }, 180_000);

  it('given it is cancelled while it waits for the log, then nothing is left of it', async () => {
    const release = await holdLog();
    const id = await wanted();
    await until(id, 'loading');
    await new ProjectionRequests(pool).cancel(id);
    await release();

    expect(await until(id, 'cancelled')).toMatchObject({ reason: null, epoch: 1 });
    expect(await subject.log.query(`SELECT to_regclass('read_next.services') AS next`)).toEqual([
      { next: null },
    ]);
  }, 180_000);

  it('given its process stops, then the thread does, and the next process goes on', async () => {
    const release = await holdLog();
    const id = await wanted();
    await until(id, 'loading');
    const stopped = runner.stop();
    await release();
    await stopped;
    expect(await standing(id)).toMatchObject({ stage: 'loading', epoch: 1, owner: null });

    runner = inThread(module);
    runner.start();
    expect(await until(id, 'swapped')).toMatchObject({ epoch: 2 });
  }, 180_000);

  it('given the thread cannot even begin, then that is told, and it is tried again', async () => {
    await runner.stop();
    runner = inThread(new URL('not-there.ts', import.meta.url));
    runner.start();
    const id = await wanted();
    await eventually('it was tried twice', () => errors.length >= 2, 120_000);
    await runner.stop();

    runner = inThread(module);
    runner.start();
    await until(id, 'swapped');
  }, 180_000);

  it('given an event that it cannot digest, then it has failed, and says which and why', async () => {
    const stream = `service-${cast.serviceId}`;
    const data = { serviceId: 1 };
    const culprit = await insertRaw(subject.log, {
      stream,
      type: 'ServicePaused',
      version: 1,
      data,
    });

    const { reason } = (await until(await wanted(), 'failed')) ?? {};

    expect(reason).toContain(`at position ${culprit}`);
    expect(reason).toContain('serviceId');
  }, 180_000);
});
