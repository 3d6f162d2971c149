import { type FragmentSqlToken } from 'slonik';
import { z } from 'zod';
import { type Actor } from '../../domain/access/actor.js';
import { ask, type Database, sql } from '../database.js';
import { every } from '../fragments.js';
import { type QueryPolicy, requireSight } from '../policy.js';

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
    return this.find(filter, range, sql.fragment`position DESC`, limit);
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
    return this.find(filter, range, sql.fragment`position`, limit);
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

  private async find(
    filter: AuditFilter,
    range: readonly FragmentSqlToken[],
    order: FragmentSqlToken,
    limit: number,
  ): Promise<readonly AuditPlace[]> {
    const { words = [] } = filter;
    const matching = [...range, ...conditions(filter)];
    if (words.length === 0)
      return this.ask(sql.fragment`
        SELECT * FROM read.audit a WHERE ${every(matching)} ORDER BY ${order} LIMIT ${limit}`);

    // Nobody can tell beforehand whether words are rare. Common ones are found among the nearest entries; looking for
    // rare ones there would go on to the end of the log. Those come out of the index of words, all of them, at once.
    const text = sql.fragment`
      array_to_tsvector(string_to_array(a.words, ' ')) @@ ${beginningWith(words)}::tsquery`;
    const among = (rows: number): Promise<readonly AuditPlace[]> =>
      this.ask(sql.fragment`
        SELECT *
          FROM (SELECT * FROM read.audit a WHERE ${every(range)} ORDER BY ${order} LIMIT ${rows}) a
         WHERE ${every([...conditions(filter), text])}
         ORDER BY ${order}
         LIMIT ${limit}`);
    const nearest = await among(nearbyRows);
    if (nearest.length === limit) return nearest;
    // Twice as far as it should take, if they are as frequent further on.
    const reach = Math.ceil((2 * nearbyRows * limit) / nearest.length);
    if (reach <= farRows) {
      const near = await among(reach);
      if (near.length === limit) return near;
    }
    return this.ask(sql.fragment`
      WITH found AS MATERIALIZED (SELECT * FROM read.audit a WHERE ${every([...matching, text])})
      SELECT * FROM found ORDER BY ${order} LIMIT ${limit}`);
  }

  /** @param rows Of the table, in their order. */
  private ask(rows: FragmentSqlToken): Promise<readonly AuditPlace[]> {
    return ask(this.database.any(sql.type(AuditPlace)`SELECT ${columns} FROM (${rows}) a`));
  }
}

const nearbyRows = 5_000;
/** Looking through more costs more than fetching all matches. */
const farRows = 30_000;

const columns = sql.fragment`
  a.position::text AS position, a.event_id, a.stream, a.revision, a.type, a.outcome,
  to_char(a.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS recorded_at`;

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

function beginningWith(words: readonly string[]): string {
  return words.map((word) => `'${word.replace(/['\\]/g, '')}':*`).join(' & ');
}
