import { type FragmentSqlToken } from 'slonik';
import { type Actor } from '../../domain/access/actor.js';
import { z } from 'zod';
import { type One, type Page, PageRow, type Paging, type Sort } from '../answers.js';
import { type Counts, countOnce } from '../counts.js';
import { ask, type Database, sql } from '../database.js';
import { contains, every, orderBy, within } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
import { live, now, type Relations, type RelationsSource } from '../relations.js';
import { FoundRow, isCovered, SingleReads } from '../single-reads.js';

export const serviceSortFields = ['name', 'type', 'status', 'created_at', 'updated_at'] as const;
export type ServiceSort = Sort<(typeof serviceSortFields)[number]>;

export interface ServiceFilter {
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  /** Services that have all of these tags. */
  readonly tagIds?: readonly string[] | undefined;
  /** Part of the name or of the URL. */
  readonly q?: string | undefined;
  readonly userId?: string | undefined;
  readonly paused?: boolean | undefined;
}

export class ServiceQueries {
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
        SELECT w.n::int AS n, ${json(from)} AS body, s.revision,
               ${isCovered(from.ownerOfService)} AS is_visible
          FROM ${wanted}
          JOIN ${from.services} s ON s.id = w.key::uuid AND NOT s.deleted
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
    filter: ServiceFilter,
    sort: ServiceSort,
    { skip, limit }: Paging,
    source: RelationsSource = now,
  ): Promise<Page> {
    const scope = requireSight(this.policy.scope(actor));
    const from = await source();
    const matching = every([
      sql.fragment`NOT s.deleted`,
      within(scope, from.ownerOfService),
      ...conditions(filter, from),
    ]);
    const order = orderBy(sortColumns, sql.fragment`s.id`, sort);
    const counting = sql.fragment`SELECT count(*)::int FROM ${from.services} s WHERE ${matching}`;
    const count = from === live ? this.counts.of(counting) : countOnce(counting);
    const page = await ask(
      this.database.one(sql.type(PageRow)`
        ${from.with}
        SELECT coalesce(string_agg(page.body, ',' ORDER BY page.n), '') AS data,
               ${count.fragment} AS count
          FROM (
            SELECT ${json(from)} AS body, row_number() OVER (ORDER BY ${order}) AS n
              FROM (
                -- Numbered when they are few: where there is no index, all others need not be sorted then.
                SELECT s.*
                  FROM ${from.services} s
                 WHERE ${matching}
                 ORDER BY ${order}
                OFFSET ${skip}
                 LIMIT ${limit}
              ) s
          ) page
      `),
    );
    count.learn(page.count);
    return page;
  }

  /** @returns `undefined` when there is no such service. */
  async ownerOf(id: string): Promise<string | undefined> {
    const owner = await ask(
      this.database.maybeOneFirst(sql.type(OwnerRow)`
        SELECT s.user_id FROM read.services s WHERE s.id = ${id}::uuid AND NOT s.deleted
      `),
    );
    return owner ?? undefined;
  }

  /** Whether somebody owns any service, and whom. Deleted ones do not count: nobody misses them. */
  async ownedBy(userId: string): Promise<readonly string[]> {
    return ask(
      this.database.anyFirst(sql.type(IdRow)`
        SELECT s.id FROM read.services s WHERE s.user_id = ${userId}::uuid AND NOT s.deleted
      `),
    );
  }
}

const IdRow = z.object({ id: z.string() });
const OwnerRow = z.object({ user_id: z.string() });

/** The row's own JSON, completed with its last check, and with what its tags are called; one that is gone is not shown. */
const json = ({ tags, lastCheckOfService }: Relations): FragmentSqlToken => sql.fragment`
  s.view || ${lastCheckOfService} || ',"tags":[' ||
  CASE
    WHEN cardinality(s.tag_ids) = 0 THEN ''
    ELSE coalesce(
      (SELECT string_agg(t.chip, ',' ORDER BY lower(t.name), t.id)
         FROM ${tags} t
        WHERE t.id = ANY (s.tag_ids)),
      '')
  END || ']}'`;

const sortColumns = {
  name: { column: sql.fragment`lower(s.name)` },
  type: { column: sql.fragment`s.type` },
  status: { column: sql.fragment`s.status` },
  created_at: { column: sql.fragment`s.created_at` },
  updated_at: { column: sql.fragment`s.updated_at`, mayBeNull: true },
};

function conditions(
  { status, type, tagIds, q, userId, paused }: ServiceFilter,
  { tags }: Relations,
): FragmentSqlToken[] {
  const all: FragmentSqlToken[] = [];
  if (status !== undefined) all.push(sql.fragment`s.status = ${status}`);
  if (type !== undefined) all.push(sql.fragment`s.type = ${type}`);
  if (userId !== undefined) all.push(sql.fragment`s.user_id = ${userId}::uuid`);
  if (paused !== undefined) all.push(sql.fragment`s.paused = ${paused}`);
  if (q !== undefined)
    all.push(
      sql.fragment`(${contains(sql.fragment`s.name`, q)} OR ${contains(sql.fragment`s.url`, q)})`,
    );
  if (tagIds !== undefined && tagIds.length > 0) {
    const ids = sql.array([...new Set(tagIds)], 'uuid');
    // A tag that is gone is on no service any more, though the service's row may still name it.
    all.push(sql.fragment`s.tag_ids @> ${ids}
                      AND cardinality(${ids}) = (SELECT count(*) FROM ${tags} t WHERE t.id = ANY (${ids}))`);
  }
  return all;
}
