import pg from 'pg';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { measureAppends } from '../load.js';
import { Conflict, type Peer, type PeerLog } from './peer.js';
import { poolSize, run, table, uniqueViolation } from './table.js';

/**
 * A transaction for each append, as one would write it: look where the stream is, insert, commit. As with a function
 * call, readers can miss events.
 */
export const transaction: Peer = {
  prepare: (url) => run(url, table),
  append: (url, appends) => measureAppends(() => Promise.resolve(new TransactionLog(url)), appends),
};

class TransactionLog implements PeerLog {
  private readonly pool: pg.Pool;

  constructor(url: string) {
    this.pool = new pg.Pool({ connectionString: url, max: poolSize });
  }

  async append(stream: StreamId, expected: number, events: readonly NewEvent[]): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      try {
        const actual = await revisionOf(client, stream);
        if (actual !== expected) throw new Conflict(actual);
        await client.query(insert(stream, expected, events));
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        if (!(error instanceof pg.DatabaseError && error.code === uniqueViolation)) throw error;
        throw new Conflict(await revisionOf(client, stream));
      }
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** All statements are prepared once for each connection. */
async function revisionOf(client: pg.PoolClient, stream: StreamId): Promise<number> {
  const { rows } = await client.query<{ revision: string }>({
    name: 'revision',
    text: 'SELECT revision FROM events WHERE stream = $1 ORDER BY revision DESC LIMIT 1',
    values: [stream],
  });
  return Number(rows[0]?.revision ?? -1);
}

function insert(stream: StreamId, expected: number, events: readonly NewEvent[]): pg.QueryConfig {
  const [first] = events;
  if (first === undefined || events.length > 1) return insertMany(stream, expected, events);
  return {
    name: 'insert-one',
    text: `INSERT INTO events (stream, revision, id, type, version, data, metadata)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      stream,
      expected + 1,
      first.id,
      first.event.type,
      1,
      JSON.stringify(first.event.data),
      JSON.stringify(first.metadata),
    ],
  };
}

function insertMany(
  stream: StreamId,
  expected: number,
  events: readonly NewEvent[],
): pg.QueryConfig {
  return {
    name: 'insert-many',
    text: `INSERT INTO events (stream, revision, id, type, version, data, metadata)
           SELECT $1, $2::bigint + n.ordinal, n.id, n.type, 1, n.data, n.metadata
             FROM unnest($3::uuid[], $4::text[], $5::json[], $6::json[])
                  WITH ORDINALITY AS n (id, type, data, metadata, ordinal)`,
    values: [
      stream,
      expected,
      events.map(({ id }) => id),
      events.map(({ event }) => event.type),
      events.map(({ event }) => JSON.stringify(event.data)),
      events.map(({ metadata }) => JSON.stringify(metadata)),
    ],
  };
}
