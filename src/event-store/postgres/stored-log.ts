import { DatabaseError, type Pool, type PoolClient } from 'pg';
import { advisoryLocks } from '../../platform/advisory-locks.js';
import { nextTurn } from '../../platform/slices.js';
import { type EventCodec, type StoredEntry } from '../codec.js';
import { EventRefused, EventStoreUnavailable, WrongExpectedRevision } from '../errors.js';
import { type Position } from '../position.js';
import { type StoredLog } from '../stored-log.js';
import { LogReader } from './log-reader.js';
import { unpack } from './packed-events.js';

/** The table of events as it stands, for moving a log. It takes the lock of all appends: positions stay gapless. */
export class PostgresStoredLog implements StoredLog {
  private readonly reader: LogReader;

  /** @param name For people: which database it is, without a password. */
  constructor(
    readonly name: string,
    private readonly pool: Pool,
    codec: EventCodec,
  ) {
    this.reader = new LogReader(pool, codec);
  }

  async *pages(after: Position): AsyncIterable<readonly StoredEntry[]> {
    let page = await this.reader.page({ after });
    const end = page.head;
    for (;;) {
      const next = page.atEnd ? undefined : this.reader.page({ after: page.upTo }, end);
      // Whoever leaves after this page does not wait for it.
      next?.catch(() => undefined);
      await nextTurn();
      const entries = unpack(page.events);
      if (entries.length > 0) yield entries;
      if (next === undefined) return;
      page = await next;
    }
  }

  /** All of the entries, or none. */
  async append(entries: readonly StoredEntry[]): Promise<void> {
    const client = await this.connected();
    try {
      await client.query('BEGIN');
      await appendAll(client, entries);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw asOurs(error);
    }
  }

  private async connected(): Promise<PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new EventStoreUnavailable(`${this.name} cannot be reached`, { cause: error });
    }
  }
}

async function appendAll(client: PoolClient, entries: readonly StoredEntry[]): Promise<void> {
  // A statement of its own, as in log.append: the ones after it see what the last holder committed.
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.positions]);
  const places = [entries.map(({ stream }) => stream), entries.map(({ revision }) => revision)];
  const ids = entries.map(({ id }) => id);
  const { rows } = await client.query<Place>(takenPlace, [...places, ids]);
  refusePlace(rows[0]);
  await client.query(insert, [
    ...places,
    ids,
    entries.map(({ type }) => type),
    entries.map(({ version }) => version),
    entries.map(({ data }) => JSON.stringify(data)),
    entries.map(({ metadata }) => JSON.stringify(metadata)),
    entries.map(({ recordedAt }) => recordedAt),
  ]);
  const { rows: missing } = await client.query<Place>(missingPredecessor, places);
  refusePlace(missing[0]);
}

/** Where an entry cannot stand, and where its stream ends. */
interface Place {
  readonly stream: string;
  readonly revision: number;
  readonly last: number;
}

function refusePlace(place: Place | undefined): void {
  if (place === undefined) return;
  const { stream, revision, last } = place;
  throw new WrongExpectedRevision(stream, revision - 1, last);
}

/** An entry whose place is taken by another event. */
const takenPlace = `
  SELECT g.stream, g.revision::int,
         (SELECT max(e.revision)::int FROM log.events e WHERE e.stream = g.stream) AS last
    FROM unnest($1::text[], $2::bigint[], $3::uuid[]) WITH ORDINALITY AS g (stream, revision, id, n)
    JOIN log.events e ON e.stream = g.stream AND e.revision = g.revision
   WHERE e.id <> g.id
   ORDER BY g.n
   LIMIT 1`;

// What stands there already keeps its position. Numbers are not given again when a log was emptied, as in log.append.
const insert = `
  INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
  SELECT coalesce(
           (SELECT max(e.position) FROM log.events e),
           (SELECT max(t.last_position) FROM log.truncations t),
           0) + row_number() OVER (ORDER BY g.n),
         g.stream, g.revision, g.id, g.type, g.version, g.data::json, g.metadata::json, g.recorded_at
    FROM unnest($1::text[], $2::bigint[], $3::uuid[], $4::text[], $5::smallint[], $6::text[], $7::text[],
                $8::timestamptz[])
         WITH ORDINALITY AS g (stream, revision, id, type, version, data, metadata, recorded_at, n)
   WHERE NOT EXISTS (
           SELECT FROM log.events e WHERE e.stream = g.stream AND e.revision = g.revision)`;

/** An entry before which its stream has a gap. */
const missingPredecessor = `
  SELECT g.stream, g.revision::int,
         coalesce(
           (SELECT max(e.revision)::int
              FROM log.events e
             WHERE e.stream = g.stream AND e.revision < g.revision),
           -1) AS last
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS g (stream, revision, n)
   WHERE g.revision > 0
     AND NOT EXISTS (
           SELECT FROM log.events e WHERE e.stream = g.stream AND e.revision = g.revision - 1)
   ORDER BY g.n
   LIMIT 1`;

function asOurs(error: unknown): unknown {
  if (!(error instanceof DatabaseError)) {
    const isOurs = error instanceof WrongExpectedRevision;
    return isOurs ? error : new EventStoreUnavailable('The connection broke', { cause: error });
  }
  const isAboutContents = /^(22|23)/.test(error.code ?? '');
  return isAboutContents
    ? new EventRefused(`An entry does not fit: ${error.message}`, { cause: error })
    : new EventStoreUnavailable(error.message, { cause: error });
}
