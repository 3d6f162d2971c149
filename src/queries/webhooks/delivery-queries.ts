import { type One, type Page, PageRow, type Paging } from '../answers.js';
import { ask, type Database, sql } from '../database.js';
import { every, utc } from '../fragments.js';
import { z } from 'zod';

export const deliveryOutcomes = ['pending', 'delivered', 'failed', 'dropped'] as const;
export type DeliveryOutcome = (typeof deliveryOutcomes)[number];

/** What was sent to a webhook. Whoever may see the webhook may see this: it is asked for first. */
export class DeliveryQueries {
  constructor(private readonly database: Database) {}

  /** The newest first. @throws ReadModelsUnavailable */
  list(
    webhookId: string,
    outcome: DeliveryOutcome | undefined,
    { skip, limit }: Paging,
  ): Promise<Page> {
    const matching = every([
      sql.fragment`d.webhook_id = ${webhookId}::uuid`,
      ...(outcome === undefined ? [] : [sql.fragment`d.outcome = ${outcome}`]),
    ]);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               (SELECT count(*)::int FROM notifications.deliveries d WHERE ${matching}) AS count
          FROM (
            SELECT ${json} AS body, row_number() OVER (ORDER BY d.created_at DESC, d.id DESC) AS n
              FROM notifications.deliveries d
             WHERE ${matching}
             ORDER BY d.created_at DESC, d.id DESC
            OFFSET ${skip}
             LIMIT ${limit}
          ) page
      `),
    );
  }

  /** @throws ReadModelsUnavailable */
  async one(webhookId: string, deliveryId: string): Promise<Pick<One, 'body'> | undefined> {
    const found = await ask(
      this.database.maybeOne(sql.type(z.object({ body: z.string() }))`
        SELECT ${json} AS body
          FROM notifications.deliveries d
         WHERE d.webhook_id = ${webhookId}::uuid AND d.id = ${deliveryId}::uuid
      `),
    );
    return found ?? undefined;
  }
}

const json = sql.fragment`
  json_build_object(
    'id', d.id, 'webhook_id', d.webhook_id, 'event_id', d.event_id, 'event', d.event,
    'is_test', d.is_test, 'service_id', d.service_id, 'outcome', d.outcome, 'attempts', d.attempts,
    'next_attempt_at', ${utc(sql.fragment`d.next_attempt_at`)},
    'attempted_at', ${utc(sql.fragment`d.attempted_at`)},
    'status_code', d.status_code, 'latency_ms', d.latency_ms, 'code', d.code, 'message', d.message,
    'excerpt', d.excerpt, 'created_at', ${utc(sql.fragment`d.created_at`)},
    'ended_at', ${utc(sql.fragment`d.ended_at`)})::text`;
