import DataLoader from 'dataloader';
import { type Pool } from 'pg';
import { type EventCodec, type StoredEntry } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import { type LogBatch, type LogEntry, type LogRange, type StreamRange } from '../event-store.js';
import { type Position, start } from '../position.js';
import { type StreamId } from '../stream-id.js';

/** Reads the log in keyset pages: by stream and revision, or by position. */
export class LogReader {
  /**
   * Streams that are asked for in the same turn of the event loop are read together: under load, most of what a
   * command costs is its round trips.
   */
  private readonly together: DataLoader<StreamPage, StoredEntry[]>;

  constructor(
    private readonly pool: Pool,
    private readonly codec: EventCodec,
  ) {
    this.together = new DataLoader((wanted) => this.readTogether(wanted), {
      cache: false,
      maxBatchSize: 100,
      batchScheduleFn: (send) => setImmediate(send),
    });
  }

  async *stream(stream: StreamId, range: StreamRange): AsyncIterable<LogEntry> {
    const backwards = range.direction === 'backwards';
    let from = range.from ?? (backwards ? Number.MAX_SAFE_INTEGER : 0);
    let left = range.limit ?? Number.MAX_SAFE_INTEGER;
    while (left > 0) {
      const limit = Math.min(left, pageSize);
      const stored = backwards
        ? await this.readBackwards(stream, from, limit)
        : await this.together.load({ stream, from, limit });
      const entries = await this.codec.decode(stored);
      yield* entries;
      const last = entries.at(-1);
      if (last === undefined || entries.length < limit) return;
      from = backwards ? last.revision - 1 : last.revision + 1;
      left -= entries.length;
    }
  }

  /** The page after a position, and where the log ended at that moment. Nothing after `until` is read. */
  async page(range: LogRange, until?: Position): Promise<LogBatch & { head: Position }> {
    const after = range.after ?? start;
    const horizon = after + maxScanned;
    const rows = await this.query(page, [
      after,
      until ?? null,
      range.types ?? null,
      pageSize,
      horizon,
      range.streamPrefix ?? null,
    ]);
    const head = BigInt(rows[0]?.[0] ?? '0');
    const found = rows.filter((row) => row[1] !== null);
    const entries = await this.codec.decode(found.map((row) => toEntry(row.slice(1))));
    const full = found.length === pageSize;
    const end = head > after ? head : after;
    const reached = end < horizon ? end : horizon;
    const upTo = full ? (entries.at(-1)?.position ?? reached) : reached;
    return { entries, upTo, atEnd: upTo === end, head };
  }

  /** The id of the first event ever; `undefined` while there is none. */
  async firstId(): Promise<string | undefined> {
    const [first] = await this.query(firstEvent, []);
    return first?.[0] ?? undefined;
  }

  private async readTogether(wanted: readonly StreamPage[]): Promise<StoredEntry[][]> {
    const rows = await this.query(streamsForwards, [
      wanted.map(({ stream }) => stream),
      wanted.map(({ from }) => from),
      wanted.map(({ limit }) => limit),
    ]);
    const pages = wanted.map((): StoredEntry[] => []);
    for (const [n, ...row] of rows) pages[Number(n) - 1]?.push(toEntry(row));
    return pages;
  }

  private async readBackwards(
    stream: StreamId,
    from: number,
    limit: number,
  ): Promise<StoredEntry[]> {
    return (await this.query(streamBackwards, [stream, from, limit])).map(toEntry);
  }

  private async query(
    statement: { name: string; text: string },
    values: unknown[],
  ): Promise<Row[]> {
    try {
      const result = await this.pool.query<Row>({ ...statement, values, rowMode: 'array' });
      return result.rows;
    } catch (error) {
      throw new EventStoreUnavailable('The event log cannot be read', { cause: error });
    }
  }
}

interface StreamPage {
  readonly stream: StreamId;
  readonly from: number;
  readonly limit: number;
}

const pageSize = 1000;

/** Of types that are rare, a page looks through so many events at the most: a statement must come to an end. */
const maxScanned = 100_000n;

/** Columns in the order of `columns` below; bigint arrives as text. */
type Row = (string | null)[];

const columns = `
  e.position, e.stream, e.revision, e.id, e.type, e.version, e.data::text, e.metadata::text,
  to_char(e.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const streamsForwards = {
  name: 'streams-forwards',
  text: `
    SELECT wanted.n, found.*
      FROM unnest($1::text[], $2::bigint[], $3::int[]) WITH ORDINALITY AS wanted (stream, revision, length, n)
     CROSS JOIN LATERAL (
        SELECT ${columns}
          FROM log.events e
         WHERE e.stream = wanted.stream AND e.revision >= wanted.revision
         ORDER BY e.revision
         LIMIT wanted.length
      ) found
     ORDER BY wanted.n, found.revision`,
};

const streamBackwards = {
  name: 'stream-backwards',
  text: `
    SELECT ${columns}
      FROM log.events e
     WHERE e.stream = $1 AND e.revision <= $2
     ORDER BY e.revision DESC
     LIMIT $3`,
};

// One statement sees one state of the log: where it ends, and what stands before that. Positions are gapless and in
// commit order, so that everything up to the head is visible, and "greater than the last one" misses nothing.
const page = {
  name: 'log-page',
  text: `
    SELECT head.position, found.*
      FROM (SELECT least(coalesce(max(position), 0), $2::bigint) AS position FROM log.events) head
      LEFT JOIN LATERAL (
        SELECT ${columns}
          FROM log.events e
         WHERE e.position > $1
           AND e.position <= least(head.position, $5::bigint)
           AND ($3::text[] IS NULL OR e.type = ANY ($3::text[]))
           AND ($6::text IS NULL OR e.stream ^@ $6::text)
         ORDER BY e.position
         LIMIT $4
      ) found ON true`,
};

const firstEvent = {
  name: 'first-event',
  text: 'SELECT e.id FROM log.events e ORDER BY e.position LIMIT 1',
};

function toEntry(row: Row): StoredEntry {
  const [position, stream, revision, id, type, version, data, metadata, recordedAt] = row.map(
    (column) => column ?? '',
  );
  return {
    position: BigInt(position ?? ''),
    stream: stream ?? '',
    revision: Number(revision),
    id: id ?? '',
    type: type ?? '',
    version: Number(version),
    data: JSON.parse(data ?? ''),
    metadata: JSON.parse(metadata ?? ''),
    recordedAt: recordedAt ?? '',
  };
}
