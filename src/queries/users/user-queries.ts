import { type FragmentSqlToken } from 'slonik';
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

export const userSortFields = ['email', 'full_name', 'role', 'created_at', 'updated_at'] as const;
export type UserSort = Sort<(typeof userSortFields)[number]>;

export interface UserFilter {
  /** Part of the e-mail address or of the full name. */
  readonly q?: string | undefined;
  readonly role?: string | undefined;
  readonly isActive?: boolean | undefined;
}

export class UserQueries {
  constructor(
    private readonly database: Database,
    private readonly everyone: QueryPolicy,
    private readonly oneself: QueryPolicy,
  ) {}

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, id: string): Promise<One | undefined> {
    return this.find(actor, id, this.everyone);
  }

  async self(actor: Actor): Promise<One | undefined> {
    return this.find(actor, actor.id, this.oneself);
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(
    actor: Actor,
    filter: UserFilter,
    sort: UserSort,
    { skip, limit }: Paging,
  ): Promise<Page> {
    const scope = requireSight(this.everyone.scope(actor));
    const matching = every([within(scope, sql.fragment`u.id`), ...conditions(filter)]);
    const order = orderBy(sortColumns, sql.fragment`u.id`, sort);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               (SELECT count(*)::int FROM read.users u WHERE ${matching}) AS count
          FROM (
            SELECT ${json} AS body, u.n
              FROM (
                SELECT u.*, row_number() OVER (ORDER BY ${order}) AS n
                  FROM read.users u
                 WHERE ${matching}
                 ORDER BY ${order}
                OFFSET ${skip}
                 LIMIT ${limit}
              ) u
          ) page
      `),
    );
  }

  private async find(actor: Actor, id: string, policy: QueryPolicy): Promise<One | undefined> {
    const scope = policy.scope(actor);
    const row = await ask(
      this.database.maybeOne(sql.type(OneRow)`
        SELECT ${json} AS body,
               u.revision,
               ${within(scope, sql.fragment`u.id`)} AS is_visible
          FROM read.users u
         WHERE u.id = ${id}::uuid
      `),
    );
    return visible(row, scope);
  }
}

/** The row's own JSON, completed with what the role allows now; a role that is gone allows nothing. */
const json = sql.fragment`
  u.view || ',"permissions":' ||
  coalesce((SELECT to_json(r.permissions)::text FROM read.roles r WHERE r.name = u.role), '[]') ||
  '}'`;

const sortColumns = {
  email: sql.fragment`lower(u.email)`,
  full_name: sql.fragment`lower(u.full_name)`,
  role: sql.fragment`u.role`,
  created_at: sql.fragment`u.created_at`,
  updated_at: sql.fragment`u.updated_at`,
};

function conditions({ q, role, isActive }: UserFilter): FragmentSqlToken[] {
  const all: FragmentSqlToken[] = [];
  if (role !== undefined) all.push(sql.fragment`u.role = ${role}`);
  if (isActive !== undefined) all.push(sql.fragment`u.is_active = ${isActive}`);
  if (q !== undefined)
    all.push(
      sql.fragment`(${contains(sql.fragment`u.email`, q)}
                OR ${contains(sql.fragment`coalesce(u.full_name, '')`, q)})`,
    );
  return all;
}
