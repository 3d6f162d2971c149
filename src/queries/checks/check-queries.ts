import { type Actor, may } from '../../domain/access/actor.js';
import { type Outcome } from '../../domain/health/outcome.js';
import { type Page, PageRow, type Paging } from '../answers.js';
import { ask, type Database, sql } from '../database.js';
import { every, utc } from '../fragments.js';
import { type QueryPolicy, requireCovered } from '../policy.js';
import { type ServiceQueries } from '../services/service-queries.js';

export interface CheckFilter {
  /** Inclusive, and exclusive; UTC, ISO 8601. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly outcome?: Outcome | undefined;
}

/** What checks measured, for whoever may read the service. */
export class CheckQueries {
  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
    private readonly services: Pick<ServiceQueries, 'ownerOf'>,
  ) {}

  /**
   * Newest first.
   *
   * @returns `undefined` when there is no such service.
   * @throws QueryRefused, ReadModelsUnavailable
   */
  async page(
    actor: Actor,
    serviceId: string,
    filter: CheckFilter,
    { skip, limit }: Paging,
  ): Promise<Page | undefined> {
    const ownerId = await this.services.ownerOf(serviceId);
    if (ownerId === undefined) return undefined;
    requireCovered(this.policy.scope(actor), ownerId);
    const details = seesExcerpts(actor, ownerId)
      ? sql.fragment`r.details`
      : sql.fragment`(r.details::jsonb - 'excerpt')`;
    const matching = every([
      sql.fragment`r.service_id = ${serviceId}::uuid`,
      ...(filter.from === undefined
        ? []
        : [sql.fragment`r.checked_at >= ${filter.from}::timestamptz`]),
      ...(filter.to === undefined ? [] : [sql.fragment`r.checked_at < ${filter.to}::timestamptz`]),
      ...(filter.outcome === undefined ? [] : [sql.fragment`r.outcome = ${filter.outcome}`]),
    ]);
    return ask(
      this.database.one(sql.type(PageRow)`
        SELECT coalesce(string_agg(page.body::text, ',' ORDER BY page.checked_at DESC, page.id DESC), '') AS data,
               (SELECT count(*)::int FROM monitoring.results r WHERE ${matching}) AS count
          FROM (
            SELECT r.checked_at,
                   r.id,
                   json_build_object(
                     'id', r.id,
                     'service_id', r.service_id,
                     'checked_at', ${utc(sql.fragment`r.checked_at`)},
                     'outcome', r.outcome,
                     'code', r.code,
                     'message', r.message,
                     'latency_ms', r.latency_ms,
                     'timings', r.timings,
                     'details', ${details}
                   ) AS body
              FROM monitoring.results r
             WHERE ${matching}
             ORDER BY r.checked_at DESC, r.id DESC
            OFFSET ${skip}
             LIMIT ${limit}
          ) page
      `),
    );
  }
}

/** What a service answers may be nobody else's business: its owner, and whoever looks after people, may read it. */
export function seesExcerpts(actor: Actor, ownerId: string): boolean {
  return actor.id === ownerId || may(actor, 'users:manage');
}
