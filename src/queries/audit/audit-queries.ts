import { type FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import { type AuditChunkBits } from '../../platform/audit-chunks.js';
import { ask, type Database, sql } from '../database.js';
import { every, utc } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';
import { byWords, hasWord } from './text-search.js';

export interface AuditFilter {
  readonly actorId?: string | undefined;
  /** What it is about; a refused command is about the stream it would have changed. */
  readonly stream?: string | undefined;
  readonly type?: string | undefined;
  readonly outcome?: 'accepted' | 'refused' | undefined;
  readonly correlationId?: string | undefined;
  /** Inclusive, UTC, ISO 8601. */
  readonly from?: string | undefined;
  /** Exclusive. */
  readonly to?: string | undefined;
  /** In lower case; each must begin a word of the entry. */
  readonly words?: readonly string[] | undefined;
}

/** Where one entry of the log stands, and what can be said of it without reading it. */
export const AuditPlace = z.object({
  position: z.string(),
  event_id: z.string(),
  recorded_at: z.string(),
  stream: z.string(),
  revision: z.int(),
  type: z.string(),
  outcome: z.enum(['accepted', 'refused']),
});
export type AuditPlace = z.infer<typeof AuditPlace>;

/** Finds entries of the log, page by page. Pages begin after a position, so that new entries never shift them. */
export class AuditQueries {
  constructor(
    private readonly database: Database,
    private readonly policy: QueryPolicy,
    private readonly chunkBits: AuditChunkBits,
  ) {}

  /**
   * @param before Exclusive; left out, the newest come first.
   * @throws QueryRefused, ReadModelsUnavailable
   */
  async newestFirst(
    actor: Actor,
    filter: AuditFilter,
    { before, limit }: { readonly before?: bigint | undefined; readonly limit: number },
  ): Promise<readonly AuditPlace[]> {
    requireSight(this.policy.scope(actor));
    const range = [
      ...times(filter),
      ...(before === undefined ? [] : [sql.fragment`a.position < ${before}`]),
    ];
    return this.find(filter, range, sql.fragment`DESC`, limit);
  }

  /**
   * @param after Exclusive.
   * @param upTo Inclusive.
   * @throws QueryRefused, ReadModelsUnavailable
   */
  async oldestFirst(
    actor: Actor,
    filter: AuditFilter,
    {
      after,
      upTo,
      limit,
    }: { readonly after: bigint; readonly upTo: bigint; readonly limit: number },
  ): Promise<readonly AuditPlace[]> {
    requireSight(this.policy.scope(actor));
    const range = [
      ...times(filter),
      sql.fragment`a.position > ${after}`,
      sql.fragment`a.position <= ${upTo}`,
    ];
    return this.find(filter, range, sql.fragment`ASC`, limit);
  }

  /** The position of the newest entry; 0 when there is none. */
  async end(): Promise<bigint> {
    const position = await ask(
      this.database.oneFirst(sql.type(z.object({ position: z.string() }))`
        SELECT coalesce(max(a.position), 0)::text AS position FROM read.audit a
      `),
    );
    return BigInt(position);
  }

  private find(
    filter: AuditFilter,
    range: readonly FragmentSqlToken[],
    direction: FragmentSqlToken,
    limit: number,
  ): Promise<readonly AuditPlace[]> {
    const { words = [], stream, correlationId } = filter;
    const matching = [...range, ...conditions(filter)];
    const names = namesIn(filter);
    // Of one stream or one correlation there is never so much that its entries could not be looked at one by one. Any
    // other two filters may each have many entries, and few in common.
    const isSmall = stream !== undefined || correlationId !== undefined;
    if (!isSmall && (words.length > 0 || names.length > 1))
      return this.ask(byWords({ words, names, range, matching, direction, limit }, this.chunkBits));
    return this.ask(sql.fragment`
      SELECT *
        FROM read.audit a
       WHERE ${every([...matching, ...words.map(hasWord)])}
       ORDER BY a.position ${direction}
       LIMIT ${limit}`);
  }

  /** @param rows Of the table, in their order. */
  private ask(rows: FragmentSqlToken): Promise<readonly AuditPlace[]> {
    return ask(this.database.any(sql.type(AuditPlace)`SELECT ${columns} FROM (${rows}) a`));
  }
}

const columns = sql.fragment`
  a.position::text AS position, a.event_id, a.stream, a.revision, a.type, a.outcome,
  ${utc(sql.fragment`a.recorded_at`)} AS recorded_at`;

function conditions(filter: AuditFilter): FragmentSqlToken[] {
  const { actorId, stream, type, outcome, correlationId } = filter;
  const all: FragmentSqlToken[] = [];
  if (actorId !== undefined) all.push(sql.fragment`a.actor_id = ${actorId}`);
  if (stream !== undefined) all.push(about(stream));
  if (type !== undefined) all.push(sql.fragment`a.type = ${type}`);
  if (outcome !== undefined) all.push(outcome === 'refused' ? isRefused : isAccepted);
  if (correlationId !== undefined) all.push(sql.fragment`a.correlation_id = ${correlationId}`);
  return all;
}

/** The filters by which entries are found as they are by words. */
function namesIn({ actorId, type, outcome }: AuditFilter): string[] {
  return [
    ...(actorId === undefined ? [] : [`@${actorId}`]),
    ...(type === undefined ? [] : [type.toLowerCase()]),
    ...(outcome === 'refused' ? ['commandrefused'] : []),
  ];
}

/** Times never go backwards along the log, so that a time is a position: pages can still be read off any index. */
function times({ from, to }: AuditFilter): FragmentSqlToken[] {
  const all: FragmentSqlToken[] = [];
  if (from !== undefined)
    all.push(sql.fragment`
      a.position >= (SELECT b.position FROM read.audit b
                      WHERE b.recorded_at >= ${from}::timestamptz
                      ORDER BY b.recorded_at, b.position
                      LIMIT 1)`);
  if (to !== undefined)
    all.push(sql.fragment`
      a.position <= (SELECT b.position FROM read.audit b
                      WHERE b.recorded_at < ${to}::timestamptz
                      ORDER BY b.recorded_at DESC, b.position DESC
                      LIMIT 1)`);
  return all;
}

const isRefused = sql.fragment`a.outcome = 'refused'`;
const isAccepted = sql.fragment`a.outcome = 'accepted'`;

/** The stream of somebody's refusals is about other streams: its entries are found by their own name. */
function about(stream: string): FragmentSqlToken {
  return stream.startsWith('refusals-')
    ? sql.fragment`${isRefused} AND a.stream = ${stream}`
    : sql.fragment`a.subject = ${stream}`;
}
