import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { migrateDatabase } from '../../src/composition/migrating.js';
import { failed } from '../../src/notifications/attempt.js';
import { Deliveries } from '../../src/notifications/deliveries.js';
import { JobQueue } from '../../src/notifications/job-queue.js';
import { type Notification, testNotification } from '../../src/notifications/notification.js';
import { WebhookSecrets } from '../../src/notifications/webhook-secrets.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const log = createLogger('silent');

let database: TestDatabase;
let pool: Pool;
let jobs: JobQueue;
let deliveries: Deliveries;
beforeAll(async () => {
  database = await createTestDatabase();
  await migrateDatabase(database.url);
  pool = createPool(database.url, 10, log);
  jobs = new JobQueue(pool, log);
  deliveries = new Deliveries(pool, jobs);
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const notification = (): Notification => testNotification(randomUUID(), new Date());

async function rowsOf(webhookId: string): Promise<{ outcome: string; attempts: number }[]> {
  const { rows } = await pool.query<{ outcome: string; attempts: number }>(
    'SELECT outcome, attempts FROM notifications.deliveries WHERE webhook_id = $1 ORDER BY id',
    [webhookId],
  );
  return rows;
}

describe('Telling webhooks of an event', () => {
  it('given many who tell of it at the same time, then there is one delivery and one job for each', async () => {
    const webhooks = [randomUUID(), randomUUID(), randomUUID()];
    const told = notification();

    const everybody = Array.from({ length: 8 }, () => new Deliveries(pool, jobs));
    await Promise.all(everybody.map((one) => one.tell(told, webhooks, 7n)));

    for (const webhook of webhooks)
      expect(await rowsOf(webhook)).toEqual([{ outcome: 'pending', attempts: 0 }]);
    const queued = (await jobs.take(50)).map(({ webhookId }) => webhookId);
    expect(queued.sort()).toEqual([...webhooks].sort());
  });

  it('given two who made the same attempt, then the next one is made once', async () => {
    const webhookId = randomUUID();
    await deliveries.tell(notification(), [webhookId], 7n);
    const [job] = await jobs.take(50);
    const delivery = await deliveries.pending(job?.deliveryId ?? '');
    if (job === undefined || delivery === undefined) throw new Error('There is one');
    const again = { latencyMs: 5, retryAfterMs: 60_000 };

    for (let who = 0; who < 2; who += 1)
      await deliveries.record(job, delivery, failed('timeout', 'No answer'), again);

    expect(await rowsOf(webhookId)).toEqual([{ outcome: 'pending', attempts: 1 }]);
    const { rows } = await pool.query<{ due: boolean }>(
      `SELECT start_after > now() + interval '55 seconds' AS due
         FROM jobs.job WHERE data ->> 'webhookId' = $1`,
      [webhookId],
    );
    expect(rows).toEqual([{ due: true }]);
  });
});

describe('A webhook that ends', () => {
  it('given what happened before that and after, then only the former is dropped', async () => {
    const webhookId = randomUUID();
    await deliveries.tell(notification(), [webhookId], 7n);
    await deliveries.tell(notification(), [webhookId], 9n);

    await deliveries.dropBefore(webhookId, 8n, 'webhook_disabled');

    const outcomes = (await rowsOf(webhookId)).map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual(['dropped', 'pending']);
  });
});

describe('Old deliveries', () => {
  it('given a month has passed, then they are removed, unless they are still to be sent', async () => {
    const [old, recent, waiting] = [randomUUID(), randomUUID(), randomUUID()];
    for (const webhook of [old, recent, waiting])
      await deliveries.tell(notification(), [webhook], 7n);
    await deliveries.dropBefore(old, 8n, 'webhook_deleted');
    await deliveries.dropBefore(recent, 8n, 'webhook_deleted');
    await pool.query(
      `UPDATE notifications.deliveries SET created_at = now() - interval '31 days'
        WHERE webhook_id = ANY ($1)`,
      [[old, waiting]],
    );

    await deliveries.removeOld();

    expect(await rowsOf(old)).toEqual([]);
    expect(await rowsOf(recent)).toHaveLength(1);
    expect(await rowsOf(waiting)).toHaveLength(1);
  });
});

describe('The secrets of a webhook', () => {
  const age = (webhookId: string): Promise<unknown> =>
    pool.query(
      `UPDATE secrets.webhook_secrets SET expires_at = expires_at - interval '1 day'
        WHERE webhook_id = $1`,
      [webhookId],
    );

  it('given a new one, then both count for a day, the new one first', async () => {
    const secrets = new WebhookSecrets(pool);
    const webhookId = randomUUID();
    const first = await secrets.first(webhookId);
    expect(await secrets.valid(webhookId)).toEqual([first]);

    const second = await secrets.rotate(webhookId, 3);
    expect(await secrets.valid(webhookId)).toEqual([second, first]);
    expect(await secrets.rotate(webhookId, 3)).toBe(second);

    await age(webhookId);
    expect(await secrets.valid(webhookId)).toEqual([second]);
    await secrets.removeExpired();
    expect(await secrets.valid(webhookId)).toEqual([second]);
  });

  it('given it is forgotten, then there is none', async () => {
    const secrets = new WebhookSecrets(pool);
    const webhookId = randomUUID();
    await secrets.first(webhookId);

    await secrets.forget(webhookId);

    expect(await secrets.valid(webhookId)).toEqual([]);
  });
});
