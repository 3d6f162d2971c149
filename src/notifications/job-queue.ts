import PgBoss from 'pg-boss';
import { type Pool, type PoolClient } from 'pg';
import { Doorbell } from '../event-store/doorbell.js';
import { type Logger } from '../platform/logger.js';

/** One attempt that is to be made. */
export interface Job {
  readonly id: string;
  readonly deliveryId: string;
  /** So that one receiver does not keep all others waiting. */
  readonly webhookId: string;
}

type NewJob = Omit<Job, 'id'>;

/**
 * Attempts that wait for their time, kept in PostgreSQL by pg-boss, in a schema of its own. A job that was taken by a
 * process that is gone comes back after a minute. It polls and never listens, so that it works behind PgBouncer, too.
 */
export class JobQueue {
  /** Rings when something was added here; what other processes add is found by the poll. */
  readonly bell = new Doorbell(pollMs);
  private readonly boss: PgBoss;

  constructor(pool: Pool, log: Logger) {
    this.boss = new PgBoss({ ...settings(pool), migrate: false, supervise: true });
    this.boss.on('error', (error) => log.warn({ err: error }, 'The job queue has trouble'));
  }

  /** Begins to look after jobs: those whose process is gone come back. Not needed for adding some. */
  async start(): Promise<void> {
    await this.boss.start();
  }

  async stop(): Promise<void> {
    await this.boss.stop({ graceful: false });
  }

  /** Adds jobs that are due at once, in the transaction of the client. */
  async add(jobs: readonly NewJob[], client: PoolClient): Promise<void> {
    await this.boss.insert(
      jobs.map((data) => ({ name: queue, data })),
      { db: within(client) },
    );
  }

  /** Adds a job that is due after so many ms, in the transaction of the client. */
  async addLater(job: NewJob, delayMs: number, client: PoolClient): Promise<void> {
    const startAfter = Math.ceil(delayMs / 1000);
    await this.boss.send(queue, job, { startAfter, db: within(client) });
  }

  /** Takes jobs that are due: nobody else gets them for a minute. While the database is away, there are none. */
  async take(max: number): Promise<readonly Job[]> {
    const options = { batchSize: max, priority: false };
    const jobs = await this.boss.fetch<NewJob>(queue, options);
    return jobs.map(({ id, data: { deliveryId, webhookId } }) => ({ id, deliveryId, webhookId }));
  }

  /** Takes a job away for good, in the transaction of the client. */
  async remove({ id }: Job, client: PoolClient): Promise<void> {
    await this.boss.deleteJob(queue, id, { db: within(client) });
  }

  /** It could not be done now: it comes back in some seconds. */
  async giveBack({ id }: Job): Promise<void> {
    await this.boss.fail(queue, id);
  }
}

/** Makes the schema of the job queue, or brings it up to date. Several processes may do so at the same time. */
export async function installJobQueue(pool: Pool): Promise<void> {
  const boss = new PgBoss({ ...settings(pool), migrate: true, supervise: false });
  await boss.start();
  await boss.createQueue(queue, {
    name: queue,
    expireInSeconds: leaseSeconds,
    retryLimit: 100_000,
    retryDelay: giveBackSeconds,
  });
  await boss.stop({ graceful: false });
}

const queue = 'deliveries';
const leaseSeconds = 60;
const giveBackSeconds = 2;
const pollMs = 1_000;

function settings(pool: Pool): PgBoss.ConstructorOptions {
  return {
    schema: 'jobs',
    schedule: false,
    maintenanceIntervalSeconds: 5,
    archiveFailedAfterSeconds: 3_600,
    archiveCompletedAfterSeconds: 3_600,
    deleteAfterHours: 24,
    db: { executeSql: (text, values) => alone(pool, text, values) },
  };
}

/** Some of its statements are transactions: what an error leaves open on the connection must end with it. */
async function alone(pool: Pool, text: string, values: unknown[]): Promise<{ rows: unknown[] }> {
  const client = await pool.connect();
  try {
    const result = await client.query<Record<string, unknown>>(text, values);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function within(client: PoolClient): PgBoss.Db {
  return {
    executeSql: (text, values: unknown[]) => client.query<Record<string, unknown>>(text, values),
  };
}
