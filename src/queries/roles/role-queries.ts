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
import { orderBy, within } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';

export const roleSortFields = ['name', 'created_at'] as const;
export type RoleSort = Sort<(typeof roleSortFields)[number]>;

export class RoleQueries {
  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
  ) {}

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, name: string): Promise<One | undefined> {
    const scope = this.policy.scope(actor);
    const row = await ask(
      this.database.maybeOne(sql.type(OneRow)`
        SELECT r.view || '}' AS body, r.revision, ${within(scope, sql.fragment`NULL`)} AS is_visible
          FROM read.roles r
         WHERE r.name = ${name}
      `),
    );
    return visible(row, scope);
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(actor: Actor, sort: RoleSort, { skip, limit }: Paging): Promise<Page> {
    requireSight(this.policy.scope(actor));
    const order = orderBy(sortColumns, sql.fragment`r.name`, sort);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.view || '}', ',' ORDER BY page.n), '') AS data,
               (SELECT count(*)::int FROM read.roles) AS count
          FROM (
            SELECT r.view, row_number() OVER (ORDER BY ${order}) AS n
              FROM read.roles r
             ORDER BY ${order}
            OFFSET ${skip}
             LIMIT ${limit}
          ) page
      `),
    );
  }
}

const sortColumns = {
  name: sql.fragment`r.name`,
  created_at: sql.fragment`r.created_at`,
};
