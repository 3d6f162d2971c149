import { type Actor } from '../../domain/access/actor.js';
import { type One, type Page, PageRow, type Paging, type Sort } from '../answers.js';
import { type Counts } from '../counts.js';
import { ask, type Database, sql } from '../database.js';
import { orderBy } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
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
      (wanted) => sql.type(FoundRow)`
        SELECT w.n::int AS n, r.view || '}' AS body, r.revision, ${isCovered(sql.fragment`NULL`)} AS is_visible
          FROM ${wanted}
          JOIN read.roles r ON r.name = w.key
      `,
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, name: string): Promise<One | undefined> {
    return this.singles.read(name, this.policy.scope(actor));
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(actor: Actor, sort: RoleSort, { skip, limit }: Paging): Promise<Page> {
    requireSight(this.policy.scope(actor));
    const order = orderBy(sortColumns, sql.fragment`r.name`, sort);
    const count = this.counts.of(sql.fragment`SELECT count(*)::int FROM read.roles`);
    const page = await ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.view || '}', ',' ORDER BY page.n), '') AS data,
               ${count.fragment} AS count
          FROM (
            SELECT r.view, row_number() OVER (ORDER BY ${order}) AS n
              FROM read.roles r
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
