import { type Pool } from 'pg';
import { type Position } from '../event-store/position.js';
import { transact } from '../platform/postgres.js';
import { type Attempt } from './attempt.js';
import { type Job, type JobQueue } from './job-queue.js';
import { type Notification } from './notification.js';
import { type RetryDelay } from './retry-schedule.js';

/** A notification that is on its way to a webhook. */
export interface Delivery {
  readonly id: string;
  readonly webhookId: string;
  readonly eventId: string;
  readonly event: string;
  readonly isTest: boolean;
  readonly serviceId: string | null;
  /** JSON, to be sent as it is. */
  readonly body: string;
  /** So many were made before. */
  readonly attempts: number;
  readonly givesUpAt: Date;
}

/** Why nothing is sent, though somebody wanted to hear of it. */
export const droppedBecause = {
  webhook_deleted: 'The webhook is deleted',
  webhook_disabled: 'The webhook was disabled',
  too_late: 'It could not be sent within a day',
  owner_gone: 'The owner of the webhook is not active any more',
  not_authorized: 'The owner of the webhook may not read the service',
} as const;
export type DropCode = keyof typeof droppedBecause;

/** The log of deliveries, and with each that is pending a job: both are written in one transaction. */
export class Deliveries {
  constructor(
    private readonly pool: Pool,
    private readonly jobs: JobQueue,
  ) {}

  /** One delivery for each of the webhooks; those that have one for this event keep it, and get no second. */
  async tell(
    notification: Notification,
    webhookIds: readonly string[],
    position: Position,
  ): Promise<void> {
    const added = await transact(this.pool, async (client) => {
      const { rows } = await client.query<{ deliveryId: string; webhookId: string }>(
        `INSERT INTO notifications.deliveries
           (id, webhook_id, event_id, event, is_test, service_id, position, body, gives_up_at, next_attempt_at)
         SELECT gen_random_uuid(), webhook_id, $2, $3, false, $4, $5, $6,
                now() + ${lifetime}, now()
           FROM unnest($1::uuid[]) AS webhook_id
             ON CONFLICT (webhook_id, event_id) DO NOTHING
      RETURNING id AS "deliveryId", webhook_id AS "webhookId"`,
        [
          webhookIds,
          notification.id,
          notification.event,
          notification.service?.id ?? null,
          position.toString(),
          JSON.stringify(notification),
        ],
      );
      if (rows.length > 0) await this.jobs.add(rows, client);
      return rows.length;
    });
    if (added > 0) this.jobs.bell.ring();
  }

  /** @param notification Its id is the delivery's, too: asking twice under one id sends one test. */
  async test(webhookId: string, notification: Notification): Promise<void> {
    await transact(this.pool, async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO notifications.deliveries
           (id, webhook_id, event_id, event, is_test, body, gives_up_at, next_attempt_at)
         VALUES ($1, $2, $1, $3, true, $4, now() + ${lifetime}, now())
             ON CONFLICT DO NOTHING`,
        [notification.id, webhookId, notification.event, JSON.stringify(notification)],
      );
      if (rowCount === 1) await this.jobs.add([{ deliveryId: notification.id, webhookId }], client);
    });
    this.jobs.bell.ring();
  }

  /** Sends again what has failed or was dropped. @returns Whether it has; what is pending or delivered stays as it is. */
  async retry(webhookId: string, deliveryId: string): Promise<boolean> {
    const isBegun = await transact(this.pool, async (client) => {
      const { rowCount } = await client.query(
        `UPDATE notifications.deliveries
            SET outcome = 'pending', attempts = 0, gives_up_at = now() + ${lifetime},
                next_attempt_at = now(), ended_at = NULL
          WHERE webhook_id = $1 AND id = $2 AND outcome IN ('failed', 'dropped')`,
        [webhookId, deliveryId],
      );
      if (rowCount === 1) await this.jobs.add([{ deliveryId, webhookId }], client);
      return rowCount === 1;
    });
    if (isBegun) this.jobs.bell.ring();
    return isBegun;
  }

  /** @returns `undefined` when it is delivered, given up, or gone. */
  async pending(deliveryId: string): Promise<Delivery | undefined> {
    const { rows } = await this.pool.query<Delivery>(
      `SELECT id, webhook_id AS "webhookId", event_id AS "eventId", event, is_test AS "isTest",
              service_id AS "serviceId", body, attempts, gives_up_at AS "givesUpAt"
         FROM notifications.deliveries
        WHERE id = $1 AND outcome = 'pending'`,
      [deliveryId],
    );
    return rows[0];
  }

  /**
   * Writes down what became of an attempt, ends its job, and adds the next one. Where somebody else has written down
   * an attempt meanwhile, only the job ends: the next one is theirs.
   */
  async record(
    job: Job,
    { id, webhookId, attempts }: Delivery,
    attempt: Attempt,
    { latencyMs, retryAfterMs }: { readonly latencyMs: number; readonly retryAfterMs: RetryDelay },
  ): Promise<void> {
    const ended = attempt.ok ? 'delivered' : 'failed';
    const outcome = retryAfterMs === undefined ? ended : 'pending';
    await transact(this.pool, async (client) => {
      const { rowCount } = await client.query(
        `UPDATE notifications.deliveries
            SET outcome = $3, attempts = attempts + 1, attempted_at = now(),
                status_code = $4, latency_ms = $5, code = $6, message = $7, excerpt = $8,
                next_attempt_at = now() + $9 * interval '1 millisecond',
                ended_at = CASE WHEN $3 <> 'pending' THEN now() END
          WHERE id = $1 AND outcome = 'pending' AND attempts = $2`,
        [
          id,
          attempts,
          outcome,
          attempt.statusCode,
          latencyMs,
          attempt.code,
          attempt.message,
          attempt.excerpt,
          retryAfterMs ?? null,
        ],
      );
      await this.jobs.remove(job, client);
      if (rowCount === 1 && retryAfterMs !== undefined)
        await this.jobs.addLater({ deliveryId: id, webhookId }, retryAfterMs, client);
    });
  }

  async drop(job: Job, { id }: Delivery, code: DropCode): Promise<void> {
    await transact(this.pool, async (client) => {
      await client.query(
        `UPDATE notifications.deliveries
            SET outcome = 'dropped', code = $2, message = $3, next_attempt_at = NULL, ended_at = now()
          WHERE id = $1 AND outcome = 'pending'`,
        [id, code, droppedBecause[code]],
      );
      await this.jobs.remove(job, client);
    });
  }

  /** Takes away a job that has nothing left to do. */
  async forget(job: Job): Promise<void> {
    await transact(this.pool, (client) => this.jobs.remove(job, client));
  }

  /** Gives up everything a webhook has not got of what happened before a position; their jobs find nothing to do. */
  async dropBefore(webhookId: string, position: Position, code: DropCode): Promise<void> {
    await this.pool.query(
      `UPDATE notifications.deliveries
          SET outcome = 'dropped', code = $3, message = $4, next_attempt_at = NULL, ended_at = now()
        WHERE webhook_id = $1 AND position < $2 AND outcome = 'pending'`,
      [webhookId, position.toString(), code, droppedBecause[code]],
    );
  }

  /** Nobody looks for deliveries that are a month old. */
  async removeOld(): Promise<void> {
    await this.pool.query(
      `DELETE FROM notifications.deliveries
        WHERE created_at < now() - interval '30 days' AND outcome <> 'pending'`,
    );
  }
}

const lifetime = `interval '24 hours'`;
