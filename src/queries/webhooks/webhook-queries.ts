import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import { type One, type Page, PageRow, type Paging, type Sort } from '../answers.js';
import { ask, type Database, sql } from '../database.js';
import { orderBy, within } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
import { live } from '../relations.js';
import { FoundRow, isCovered, SingleReads } from '../single-reads.js';

export const webhookSortFields = ['created_at', 'updated_at'] as const;
export type WebhookSort = Sort<(typeof webhookSortFields)[number]>;

export class WebhookQueries {
  private readonly singles: SingleReads;

  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
  ) {
    this.singles = new SingleReads(
      database,
      (wanted) => sql.type(FoundRow)`
        SELECT w.n::int AS n, h.view || '}' AS body, h.revision,
               ${isCovered(sql.fragment`h.user_id`)} AS is_visible
          FROM ${wanted}
          JOIN read.webhooks h ON h.id = w.key::uuid
      `,
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  one(actor: Actor, id: string): Promise<One | undefined> {
    return this.singles.read(id, this.policy.scope(actor), live);
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  list(actor: Actor, sort: WebhookSort, { skip, limit }: Paging): Promise<Page> {
    const scope = requireSight(this.policy.scope(actor));
    const matching = within(scope, sql.fragment`h.user_id`);
    const order = orderBy(sortColumns, sql.fragment`h.id`, sort);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               (SELECT count(*)::int FROM read.webhooks h WHERE ${matching}) AS count
          FROM (
            SELECT h.view || '}' AS body, row_number() OVER (ORDER BY ${order}) AS n
              FROM read.webhooks h
             WHERE ${matching}
             ORDER BY ${order}
            OFFSET ${skip}
             LIMIT ${limit}
          ) page
      `),
    );
  }

  async ownedBy(userId: string): Promise<readonly string[]> {
    return ask(
      this.database.anyFirst(sql.type(IdRow)`
        SELECT h.id FROM read.webhooks h WHERE h.user_id = ${userId}::uuid
      `),
    );
  }
}

const IdRow = z.object({ id: z.string() });

const sortColumns = {
  created_at: { column: sql.fragment`h.created_at` },
  updated_at: { column: sql.fragment`h.updated_at`, mayBeNull: true },
};
