import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import { ask, type Database, sql } from '../database.js';
import { utc } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';

/** How far a projection is behind the log, once its position is known. */
export type LagAt = (position: bigint) => Promise<{
  readonly events: number;
  readonly isAtLeast: boolean;
  readonly seconds: number;
}>;

/** How projections stand: as the tables of the projection engine say, with how far they are behind the log. */
export class ProjectionQueries {
  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
    private readonly lagAt: LagAt,
  ) {}

  /** @throws QueryRefused, ReadModelsUnavailable */
  async list(actor: Actor): Promise<ProjectionView[]> {
    requireSight(this.policy.scope(actor));
    const rows = await ask(this.database.any(projections));
    // Most of them are at the same place: it is measured once.
    const lags = new Map<string, ReturnType<LagAt>>();
    for (const { position } of rows)
      lags.set(position, lags.get(position) ?? this.lagAt(BigInt(position)));
    return Promise.all(
      rows.map(async ({ rebuild, ...row }) => {
        const lag = await (lags.get(row.position) ?? this.lagAt(BigInt(row.position)));
        return {
          ...row,
          lag: { events: lag.events, is_at_least: lag.isAtLeast, seconds: lag.seconds },
          rebuild: rebuild && withRate(rebuild),
        };
      }),
    );
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async one(actor: Actor, name: string): Promise<ProjectionView | undefined> {
    if (!(await this.exists(name))) return undefined;
    return (await this.list(actor)).find((projection) => projection.name === name);
  }

  /** @throws QueryRefused, ReadModelsUnavailable */
  async rebuild(actor: Actor, name: string, id: string): Promise<RebuildView | undefined> {
    const row = await ask(this.database.maybeOne(rebuildOf(name, id)));
    if (row === null) return undefined;
    requireSight(this.policy.scope(actor));
    return withRate(row);
  }

  /** Whether there is such a rebuild; says nothing of it. */
  async isRebuild(name: string, id: string): Promise<boolean> {
    return (await ask(this.database.maybeOne(rebuildOf(name, id)))) !== null;
  }

  /** What commands about a projection need to know of it; for everybody who may send them. */
  async facts(name: string): Promise<ProjectionFacts | undefined> {
    return (await ask(this.database.maybeOne(factsOf(name)))) ?? undefined;
  }

  private async exists(name: string): Promise<boolean> {
    return (await this.facts(name)) !== undefined;
  }
}

export const rebuildKinds = ['rebuild', 'rollback'] as const;
export const rebuildStages = [
  'waiting',
  'loading',
  'indexing',
  'catching-up',
  'swapped',
  'cancelled',
  'failed',
] as const;

const RebuildRow = z.object({
  id: z.string(),
  projection: z.string(),
  kind: z.enum(rebuildKinds),
  stage: z.enum(rebuildStages),
  is_cancelled: z.boolean(),
  /** Of the log that has been folded, from 0 to 1: an estimate, by positions. */
  progress: z.number(),
  events: z.int(),
  /** That it has taken so far. */
  seconds: z.number(),
  reason: z.string().nullable(),
  requested_at: z.string(),
  started_at: z.string().nullable(),
  /** Null until the log says that it ended: from then on another one can be asked for. */
  ended_at: z.string().nullable(),
});

export type RebuildView = z.infer<typeof RebuildRow> & {
  readonly events_per_second: number | null;
  readonly seconds_left: number | null;
};

const ProjectionRow = z.object({
  name: z.string(),
  /** Of the code that made the table. */
  version: z.int(),
  position: z.string(),
  state: z.enum(['running', 'stopped', 'waiting']),
  error: z.object({ message: z.string(), position: z.string(), event_id: z.string() }).nullable(),
  updated_at: z.string(),
  kept: z.object({ version: z.int(), replaced_at: z.string() }).nullable(),
  rebuild: RebuildRow.nullable(),
});

export type ProjectionView = Omit<z.infer<typeof ProjectionRow>, 'rebuild'> & {
  readonly lag: {
    readonly events: number;
    readonly is_at_least: boolean;
    readonly seconds: number;
  };
  readonly rebuild: RebuildView | null;
};

const ProjectionFacts = z.object({
  stopped_at: z.object({ eventId: z.string(), version: z.int() }).nullable(),
  /** Whether a table that this version made is kept from before a rebuild. */
  is_kept: z.boolean(),
});
export type ProjectionFacts = z.infer<typeof ProjectionFacts>;

function withRate(row: z.infer<typeof RebuildRow>): RebuildView {
  const { progress, events, seconds, stage, ended_at } = row;
  const isCounting = seconds > 0 && events > 0;
  const isLoading = stage === 'loading' && progress > 0 && ended_at === null;
  return {
    ...row,
    events_per_second: isCounting ? Math.round(events / seconds) : null,
    seconds_left: isLoading ? Math.round((seconds / progress) * (1 - progress) * 10) / 10 : null,
  };
}

/** Readers of other kinds, such as `process:retire-users`, have no table. */
const isProjection = sql.fragment`c.reader NOT LIKE 'process:%'`;

// Nobody knows where the log ends without asking it; as far as any reader has come is near enough for an estimate.
const rebuildColumns = sql.fragment`
  r.id, r.reader AS projection, r.kind, r.stage, r.is_cancelled,
  CASE
    -- What has been appended since then is no longer its business.
    WHEN r.stage = 'swapped' THEN 1
    ELSE least(1, r.seen_position::float8 / greatest(1, (SELECT max(e.position) FROM readers.checkpoints e)))
  END AS progress,
  r.seen_events::int AS events,
  coalesce(extract(epoch FROM coalesce(r.ended_at, clock_timestamp()) - r.started_at), 0)::float8 AS seconds,
  r.reason, ${utc(sql.fragment`r.requested_at`)} AS requested_at,
  ${utc(sql.fragment`r.started_at`)} AS started_at,
  CASE WHEN r.is_told THEN ${utc(sql.fragment`r.ended_at`)} END AS ended_at`;

const projections = sql.type(ProjectionRow)`
  SELECT c.reader AS name, c.version, c.position::text AS position,
         CASE
           WHEN c.error IS NOT NULL THEN 'stopped'
           WHEN c.until > clock_timestamp() THEN 'running'
           ELSE 'waiting'
         END AS state,
         CASE WHEN c.error IS NOT NULL THEN
           json_build_object('message', c.error, 'position', c.error_at::text, 'event_id', c.error_event)
         END AS error,
         ${utc(sql.fragment`c.updated_at`)} AS updated_at,
         CASE WHEN k.reader IS NOT NULL THEN
           json_build_object('version', k.version, 'replaced_at', ${utc(sql.fragment`k.replaced_at`)})
         END AS kept,
         to_json(newest) AS rebuild
    FROM readers.checkpoints c
    LEFT JOIN readers.replaced k ON k.reader = c.reader
    LEFT JOIN LATERAL (
      SELECT ${rebuildColumns}
        FROM readers.rebuilds r
       WHERE r.reader = c.reader
       ORDER BY r.requested_at DESC
       LIMIT 1
    ) newest ON true
   WHERE ${isProjection}
   ORDER BY c.reader`;

const rebuildOf = (name: string, id: string) => sql.type(RebuildRow)`
  SELECT ${rebuildColumns}
    FROM readers.rebuilds r
   WHERE r.reader = ${name} AND r.id = ${id}::uuid`;

const factsOf = (name: string) => sql.type(ProjectionFacts)`
  SELECT CASE WHEN c.error_event IS NOT NULL THEN
           json_build_object('eventId', c.error_event, 'version', c.version)
         END AS stopped_at,
         EXISTS (
           SELECT FROM readers.replaced k WHERE k.reader = c.reader AND k.version = c.version
         ) AS is_kept
    FROM readers.checkpoints c
   WHERE ${isProjection} AND c.reader = ${name}`;
