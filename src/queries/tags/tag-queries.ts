import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import {
  type One,
  OneRow,
  type Page,
  PageRow,
  type Paging,
  type Sort,
  visible,
} from '../answers.js';
import { ask, type Database, sql } from '../database.js';
import { contains, every, orderBy, within } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';

export const tagSortFields = ['name', 'created_at', 'updated_at'] as const;
export type TagSort = Sort<(typeof tagSortFields)[number]>;

export interface TagFilter {
  /** Part of the name. */
  readonly q?: string | undefined;
}

export class TagQueries {
  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
  ) {}

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, id: string): Promise<One | undefined> {
    const scope = this.policy.scope(actor);
    const row = await ask(
      this.database.maybeOne(sql.type(OneRow)`
        SELECT ${json} AS body,
               t.revision,
               ${within(scope, sql.fragment`t.created_by_id`)} AS is_visible
          FROM read.tags t
         WHERE t.id = ${id}::uuid
      `),
    );
    return visible(row, scope);
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(
    actor: Actor,
    { q }: TagFilter,
    sort: TagSort,
    { skip, limit }: Paging,
  ): Promise<Page> {
    const scope = requireSight(this.policy.scope(actor));
    const matching = every([
      within(scope, sql.fragment`t.created_by_id`),
      ...(q === undefined ? [] : [contains(sql.fragment`t.name`, q)]),
    ]);
    const order = orderBy(sortColumns, sql.fragment`t.id`, sort);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               (SELECT count(*)::int FROM read.tags t WHERE ${matching}) AS count
          FROM (
            SELECT ${json} AS body, t.n
              FROM (
                SELECT t.*, row_number() OVER (ORDER BY ${order}) AS n
                  FROM read.tags t
                 WHERE ${matching}
                 ORDER BY ${order}
                OFFSET ${skip}
                 LIMIT ${limit}
              ) t
          ) page
      `),
    );
  }

  async createdBy(userId: string): Promise<readonly string[]> {
    return ask(
      this.database.anyFirst(sql.type(IdRow)`
        SELECT t.id FROM read.tags t WHERE t.created_by_id = ${userId}::uuid
      `),
    );
  }
}

const IdRow = z.object({ id: z.string() });

const json = sql.fragment`
  t.view || ',"service_count":' ||
  (SELECT count(*) FROM read.services s WHERE NOT s.deleted AND s.tag_ids @> ARRAY[t.id]) || '}'`;

const sortColumns = {
  name: sql.fragment`lower(t.name)`,
  created_at: sql.fragment`t.created_at`,
  updated_at: sql.fragment`t.updated_at`,
};
