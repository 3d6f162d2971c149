import { type FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import { type One, type Page, PageRow, type Paging, type Sort } from '../answers.js';
import { type Counts, countOnce } from '../counts.js';
import { ask, type Database, sql } from '../database.js';
import { contains, every, orderBy, within } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
import { live, now, type Relations, type RelationsSource } from '../relations.js';
import { FoundRow, isCovered, SingleReads } from '../single-reads.js';

export const tagSortFields = ['name', 'created_at', 'updated_at'] as const;
export type TagSort = Sort<(typeof tagSortFields)[number]>;

export interface TagFilter {
  /** Part of the name. */
  readonly q?: string | undefined;
}

export class TagQueries {
  private readonly singles: SingleReads;

  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
    private readonly counts: Counts,
  ) {
    this.singles = new SingleReads(
      database,
      (wanted, from) => sql.type(FoundRow)`
        ${from.with}
        SELECT w.n::int AS n, ${json(from)} AS body, t.revision,
               ${isCovered(sql.fragment`t.created_by_id`)} AS is_visible
          FROM ${wanted}
          JOIN ${from.tags} t ON t.id = w.key::uuid
      `,
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, id: string, source: RelationsSource = now): Promise<One | undefined> {
    return this.singles.read(id, this.policy.scope(actor), await source());
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(
    actor: Actor,
    { q }: TagFilter,
    sort: TagSort,
    { skip, limit }: Paging,
    source: RelationsSource = now,
  ): Promise<Page> {
    const scope = requireSight(this.policy.scope(actor));
    const from = await source();
    const matching = every([
      within(scope, sql.fragment`t.created_by_id`),
      ...(q === undefined ? [] : [contains(sql.fragment`t.name`, q)]),
    ]);
    const order = orderBy(sortColumns, sql.fragment`t.id`, sort);
    const counting = sql.fragment`SELECT count(*)::int FROM ${from.tags} t WHERE ${matching}`;
    const count = from === live ? this.counts.of(counting) : countOnce(counting);
    const page = await ask(
      this.database.one(sql.type(PageRow)`
        ${from.with}
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               ${count.fragment} AS count
          FROM (
            SELECT ${json(from)} AS body, t.n
              FROM (
                SELECT t.*, row_number() OVER (ORDER BY ${order}) AS n
                  FROM ${from.tags} t
                 WHERE ${matching}
                 ORDER BY ${order}
                OFFSET ${skip}
                 LIMIT ${limit}
              ) t
          ) page
      `),
    );
    count.learn(page.count);
    return page;
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

const json = ({ servicesWithTag }: Relations): FragmentSqlToken => sql.fragment`
  t.view || ',"service_count":' || ${servicesWithTag} || '}'`;

const sortColumns = {
  name: { column: sql.fragment`lower(t.name)` },
  created_at: { column: sql.fragment`t.created_at` },
  updated_at: { column: sql.fragment`t.updated_at`, mayBeNull: true },
};
