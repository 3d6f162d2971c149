import { randomUUID } from 'node:crypto';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { type Pool } from 'pg';
import { installJobQueue, type Job, JobQueue } from '../../src/notifications/job-queue.js';
import { JobRunner } from '../../src/notifications/job-runner.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool, transact } from '../../src/platform/postgres.js';
import { eventually, type Gate, gate } from '../event-store/support/waiting.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const log = createLogger('silent');
const patienceMs = 30_000;

let database: TestDatabase;
let pool: Pool;
let jobs: JobQueue;
let runners: JobRunner[];
let doors: Gate;
beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 10, log);
  await Promise.all([1, 2, 3].map(() => installJobQueue(pool)));
  await installJobQueue(pool);
});
beforeEach(async () => {
  await pool.query('DELETE FROM jobs.job');
  jobs = new JobQueue(pool, log);
  runners = [];
  doors = gate();
});
afterEach(async () => {
  doors.open();
  await Promise.all(runners.map((runner) => runner.stop()));
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

async function start(work: (job: Job) => Promise<void>, queue = jobs): Promise<JobRunner> {
  const runner = new JobRunner(queue, work, log);
  runners.push(runner);
  await runner.start();
  return runner;
}

/** Adds so many jobs for a webhook. */
async function add(count: number, webhookId: string): Promise<void> {
  const made = Array.from({ length: count }, () => ({ deliveryId: randomUUID(), webhookId }));
  await transact(pool, (client) => jobs.add(made, client));
  jobs.bell.ring();
}

async function countOf(state: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM jobs.job WHERE state::text = $1',
    [state],
  );
  return rows[0]?.count ?? 0;
}

const remove = (job: Job): Promise<void> => transact(pool, (client) => jobs.remove(job, client));

describe('Doing jobs', () => {
  it('given one receiver that hangs, then the others do not wait for it', async () => {
    const [hanging, other] = [randomUUID(), randomUUID()];
    const begun: string[] = [];
    await add(60, hanging);
    await start(async (job) => {
      begun.push(job.webhookId);
      if (job.webhookId === hanging) await doors.opened;
      await remove(job);
    });
    await eventually('it hangs', () => begun.length === 10, patienceMs);
    await add(1, other);

    await eventually('the other one is done', () => begun.includes(other), patienceMs);

    expect(begun.filter((webhookId) => webhookId === hanging)).toHaveLength(10);
  });

  it('given two that do them, then each job is done once', async () => {
    const done: string[] = [];
    const work = async (job: Job): Promise<void> => {
      done.push(job.deliveryId);
      await remove(job);
    };
    for (let webhook = 0; webhook < 20; webhook += 1) await add(10, randomUUID());
    await start(work);
    await start(work, new JobQueue(pool, log));

    await eventually('all are done', () => done.length >= 200, patienceMs);

    expect(new Set(done).size).toBe(200);
    await eventually('none is left', async () => (await countOf('active')) === 0, patienceMs);
    expect(done).toHaveLength(200);
  });

  it('given a job that cannot be done now, then it comes back', async () => {
    let tries = 0;
    await start(async (job) => {
      tries += 1;
      if (tries === 1) throw new Error('The database is away');
      await remove(job);
    });
    await add(1, randomUUID());

    await eventually('it was done', () => tries === 2, patienceMs);
  });

  it('given it is to stop, then it takes no more, and what it does comes to its end', async () => {
    let ended = 0;
    const runner = await start(async (job) => {
      await doors.opened;
      await remove(job);
      ended += 1;
    });
    await add(15, randomUUID());
    await eventually(
      'some are being done',
      async () => (await countOf('active')) === 10,
      patienceMs,
    );

    const stopped = runner.stop();
    doors.open();
    await stopped;

    expect(ended).toBe(10);
    expect(await countOf('active')).toBe(0);
  });

  it('given whoever took it is gone, then somebody else gets it when its time is over', async () => {
    await add(1, randomUUID());
    const [taken] = await jobs.take(1);
    await pool.query('UPDATE jobs.job SET started_on = now() - expire_in');
    const done: Job[] = [];

    await start(async (job) => {
      done.push(job);
      await remove(job);
    });

    await eventually('it is done', () => done.length === 1, patienceMs);
    expect(done).toEqual([taken]);
  });
});
