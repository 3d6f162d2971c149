import pg from 'pg';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { measureAppends } from '../load.js';
import { Conflict, type Peer, type PeerLog } from './peer.js';
import { poolSize, run, table, uniqueViolation } from './table.js';

/**
 * One call of one function for each append: the least that PostgreSQL can be asked for, one round trip and one
 * commit. Positions come from a sequence, so that its readers can miss events: a number may be committed after a
 * greater one has been read.
 */
export const functionCall: Peer = {
  async prepare(url) {
    await run(url, table, functions);
  },
  append: (url, appends) =>
    measureAppends(() => Promise.resolve(new FunctionCallLog(url)), appends),
};

/** An own function for single events spares them the arrays. A race is decided by the unique key. */
const functions = `
  CREATE FUNCTION append_one(
    of_stream text, expected bigint, id uuid, type text, version int, data text, metadata text
  )
  RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    actual bigint;
  BEGIN
    SELECT e.revision INTO actual FROM events e WHERE e.stream = of_stream ORDER BY e.revision DESC LIMIT 1;
    actual := coalesce(actual, -1);
    IF actual = expected THEN
      INSERT INTO events (stream, revision, id, type, version, data, metadata)
      VALUES (of_stream, expected + 1, id, type, version, data::json, metadata::json);
    END IF;
    RETURN actual;
  END
  $$;

  CREATE FUNCTION append_many(
    of_stream text, expected bigint, ids uuid[], types text[], versions int[], data text[], metadata text[]
  )
  RETURNS bigint LANGUAGE plpgsql AS $$
  DECLARE
    actual bigint;
  BEGIN
    SELECT e.revision INTO actual FROM events e WHERE e.stream = of_stream ORDER BY e.revision DESC LIMIT 1;
    actual := coalesce(actual, -1);
    IF actual = expected THEN
      INSERT INTO events (stream, revision, id, type, version, data, metadata)
      SELECT of_stream, expected + n.ordinal, n.id, n.type, n.version, n.data::json, n.metadata::json
        FROM unnest(ids, types, versions, data, metadata)
             WITH ORDINALITY AS n (id, type, version, data, metadata, ordinal);
    END IF;
    RETURN actual;
  END
  $$`;

class FunctionCallLog implements PeerLog {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: poolSize });
  }

  async append(stream: StreamId, expected: number, events: readonly NewEvent[]): Promise<void> {
    const actual = await this.call(stream, expected, events);
    if (actual !== expected) throw new Conflict(actual);
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  private async call(
    stream: StreamId,
    expected: number,
    events: readonly NewEvent[],
  ): Promise<number> {
    try {
      const { rows } = await this.pool.query<[string]>({
        ...(events.length === 1
          ? appendOne(stream, expected, events)
          : appendMany(stream, expected, events)),
        rowMode: 'array',
      });
      return Number(rows[0]?.[0]);
    } catch (error) {
      if (!(error instanceof pg.DatabaseError && error.code === uniqueViolation)) throw error;
      return this.revisionOf(stream);
    }
  }

  private async revisionOf(stream: StreamId): Promise<number> {
    const { rows } = await this.pool.query<{ revision: string }>({
      name: 'revision',
      text: 'SELECT revision FROM events WHERE stream = $1 ORDER BY revision DESC LIMIT 1',
      values: [stream],
    });
    return Number(rows[0]?.revision ?? -1);
  }
}

function appendOne(
  stream: StreamId,
  expected: number,
  events: readonly NewEvent[],
): pg.QueryConfig {
  return {
    name: 'append-one',
    text: 'SELECT append_one($1, $2, $3, $4, $5, $6, $7)',
    values: [
      stream,
      expected,
      ...events.flatMap(({ id, event, metadata }) => [
        id,
        event.type,
        1,
        JSON.stringify(event.data),
        JSON.stringify(metadata),
      ]),
    ],
  };
}

function appendMany(
  stream: StreamId,
  expected: number,
  events: readonly NewEvent[],
): pg.QueryConfig {
  return {
    name: 'append-many',
    text: 'SELECT append_many($1, $2, $3, $4, $5, $6, $7)',
    values: [
      stream,
      expected,
      events.map(({ id }) => id),
      events.map(({ event }) => event.type),
      events.map(() => 1),
      events.map(({ event }) => JSON.stringify(event.data)),
      events.map(({ metadata }) => JSON.stringify(metadata)),
    ],
  };
}
