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

export const userSortFields = ['email', 'full_name', 'role', 'created_at', 'updated_at'] as const;
export type UserSort = Sort<(typeof userSortFields)[number]>;

export interface UserFilter {
  /** Part of the e-mail address or of the full name. */
  readonly q?: string | undefined;
  readonly role?: string | undefined;
  readonly isActive?: boolean | undefined;
}

export class UserQueries {
  private readonly singles: SingleReads;

  constructor(
    private readonly database: Database,
    private readonly everyone: QueryPolicy,
    private readonly oneself: QueryPolicy,
    private readonly counts: Counts,
  ) {
    this.singles = new SingleReads(
      database,
      (wanted, from) => sql.type(FoundRow)`
        ${from.with}
        SELECT w.n::int AS n, ${json(from)} AS body, u.revision, ${isCovered(sql.fragment`u.id`)} AS is_visible
          FROM ${wanted}
          JOIN ${from.users} u ON u.id = w.key::uuid
      `,
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, id: string, source: RelationsSource = now): Promise<One | undefined> {
    return this.singles.read(id, this.everyone.scope(actor), await source());
  }

  async self(actor: Actor, source: RelationsSource = now): Promise<One | undefined> {
    return this.singles.read(actor.id, this.oneself.scope(actor), await source());
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(
    actor: Actor,
    filter: UserFilter,
    sort: UserSort,
    { skip, limit }: Paging,
    source: RelationsSource = now,
  ): Promise<Page> {
    const scope = requireSight(this.everyone.scope(actor));
    const from = await source();
    const matching = every([within(scope, sql.fragment`u.id`), ...conditions(filter)]);
    const order = orderBy(sortColumns, sql.fragment`u.id`, sort);
    const counting = sql.fragment`SELECT count(*)::int FROM ${from.users} u WHERE ${matching}`;
    const count = from === live ? this.counts.of(counting) : countOnce(counting);
    const page = await ask(
      this.database.one(sql.type(PageRow)`
        ${from.with}
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               ${count.fragment} AS count
          FROM (
            SELECT ${json(from)} AS body, u.n
              FROM (
                SELECT u.*, row_number() OVER (ORDER BY ${order}) AS n
                  FROM ${from.users} u
                 WHERE ${matching}
                 ORDER BY ${order}
                OFFSET ${skip}
                 LIMIT ${limit}
              ) u
          ) page
      `),
    );
    count.learn(page.count);
    return page;
  }

  /** What those of them who are still there are called. Whom it may be shown is for the caller to know. */
  async namesOf(ids: readonly string[]): Promise<readonly UserName[]> {
    if (ids.length === 0) return [];
    return ask(
      this.database.any(sql.type(UserName)`
        SELECT u.id, u.email, u.full_name AS "fullName"
          FROM read.users u
         WHERE u.id = ANY (${sql.array([...ids], 'uuid')})
      `),
    );
  }
}

const UserName = z.object({ id: z.string(), email: z.string(), fullName: z.string().nullable() });
export type UserName = z.infer<typeof UserName>;

/** The row's own JSON, completed with what the role allows; a role that is gone allows nothing. */
const json = ({ roles }: Relations): FragmentSqlToken => sql.fragment`
  u.view || ',"permissions":' ||
  coalesce((SELECT to_json(r.permissions)::text FROM ${roles} r WHERE r.name = u.role), '[]') ||
  '}'`;

const sortColumns = {
  email: { column: sql.fragment`lower(u.email)` },
  full_name: { column: sql.fragment`lower(u.full_name)`, mayBeNull: true },
  role: { column: sql.fragment`u.role` },
  created_at: { column: sql.fragment`u.created_at` },
  updated_at: { column: sql.fragment`u.updated_at`, mayBeNull: true },
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
