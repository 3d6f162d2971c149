import { type Actor } from '../../domain/access/actor.js';
import { type One, type Page, PageRow, type Paging, type Sort } from '../answers.js';
import { type Counts, countOnce } from '../counts.js';
import { ask, type Database, sql } from '../database.js';
import { orderBy } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
import { live, now, type RelationsSource } from '../relations.js';
import { FoundRow, isCovered, SingleReads } from '../single-reads.js';

export const roleSortFields = ['name', 'created_at'] as const;
export type RoleSort = Sort<(typeof roleSortFields)[number]>;

export class RoleQueries {
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
        SELECT w.n::int AS n, r.view || '}' AS body, r.revision, ${isCovered(sql.fragment`NULL`)} AS is_visible
          FROM ${wanted}
          JOIN ${from.roles} r ON r.name = w.key
      `,
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, name: string, source: RelationsSource = now): Promise<One | undefined> {
    return this.singles.read(name, this.policy.scope(actor), await source());
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(
    actor: Actor,
    sort: RoleSort,
    { skip, limit }: Paging,
    source: RelationsSource = now,
  ): Promise<Page> {
    requireSight(this.policy.scope(actor));
    const from = await source();
    const order = orderBy(sortColumns, sql.fragment`r.name`, sort);
    const counting = sql.fragment`SELECT count(*)::int FROM ${from.roles} r`;
    const count = from === live ? this.counts.of(counting) : countOnce(counting);
    const page = await ask(
      this.database.one(sql.type(PageRow)`
        ${from.with}
        SELECT coalesce(string_agg(page.view || '}', ',' ORDER BY page.n), '') AS data,
               ${count.fragment} AS count
          FROM (
            SELECT r.view, row_number() OVER (ORDER BY ${order}) AS n
              FROM ${from.roles} r
             ORDER BY ${order}
            OFFSET ${skip}
             LIMIT ${limit}
          ) page
      `),
    );
    count.learn(page.count);
    return page;
  }
}

const sortColumns = {
  name: { column: sql.fragment`r.name` },
  created_at: { column: sql.fragment`r.created_at` },
};
