import DataLoader from 'dataloader';
import { type Pool } from 'pg';
import { type EventCodec, type StoredEntry } from '../codec.js';
import { EventStoreUnavailable } from '../errors.js';
import { type LogEntry, type LogRange, type StreamRange } from '../event-store.js';
import { type Position, start } from '../position.js';
import { type StreamId } from '../stream-id.js';
import { packed, type PackedEvents, unpack } from './packed-events.js';

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
        ? await this.readOne(streamBackwards, { stream, from, limit })
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
  async page(range: LogRange, until?: Position): Promise<Page> {
    const after = range.after ?? start;
    const horizon = after + maxScanned;
    const [row] = await this.query<PageRow>(page, [
      after,
      until ?? null,
      range.types ?? null,
      pageSize,
      horizon,
      range.streamPrefix ?? null,
    ]);
    if (row === undefined) throw new Error('Unreachable: the end of the log is always told');
    const [headText, fullUpTo, ...events] = row;
    const head = BigInt(headText);
    const end = head > after ? head : after;
    const reached = end < horizon ? end : horizon;
    const upTo = fullUpTo === null ? reached : BigInt(fullUpTo);
    return { events, upTo, atEnd: upTo === end, head };
  }

  decode({ events }: Page): Promise<LogEntry[]> {
    return this.codec.decode(unpack(events));
  }

  /** The id of the first event ever; `undefined` while there is none. */
  async firstId(): Promise<string | undefined> {
    const [first] = await this.query<[id: string]>(firstEvent, []);
    return first?.[0];
  }

  private async readTogether(wanted: readonly StreamPage[]): Promise<StoredEntry[][]> {
    const [only] = wanted;
    if (wanted.length === 1 && only !== undefined)
      return [await this.readOne(streamForwards, only)];
    const rows = await this.query<[n: string, ...PackedEvents]>(streamsForwards, [
      wanted.map(({ stream }) => stream),
      wanted.map(({ from }) => from),
      wanted.map(({ limit }) => limit),
    ]);
    const pages = new Map(rows.map(([n, ...events]) => [Number(n), unpack(events)]));
    return wanted.map((_, index) => pages.get(index + 1) ?? []);
  }

  private async readOne(
    statement: Statement,
    { stream, from, limit }: StreamPage,
  ): Promise<StoredEntry[]> {
    const [events] = await this.query<PackedEvents>(statement, [stream, from, limit]);
    return events === undefined ? [] : unpack(events);
  }

  private async query<Row extends unknown[]>(
    statement: Statement,
    values: unknown[],
  ): Promise<Row[]> {
    try {
      const config = { ...statement, values, rowMode: 'array', types: asText } as const;
      return (await this.pool.query<Row>(config)).rows;
    } catch (error) {
      throw new EventStoreUnavailable('The event log cannot be read', { cause: error });
    }
  }
}

/** A page of the log as it came, not yet decoded. */
export interface Page {
  readonly events: PackedEvents;
  /** Everything up to here, inclusive, is in it or was filtered out. */
  readonly upTo: Position;
  readonly atEnd: boolean;
  readonly head: Position;
}

/** Of a page that is full, there is the position it reaches up to. */
type PageRow = [head: string, fullUpTo: string | null, ...PackedEvents];

interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Columns stay the text they came as: parsing is for later, when the next page has been asked for. */
const asText = { getTypeParser: () => (text: string) => text };

interface StreamPage {
  readonly stream: StreamId;
  readonly from: number;
  readonly limit: number;
}

const pageSize = 1_000;

/**
 * Of types that are rare, a page looks through so many events at the most. Few enough for a statement to end in time
 * where the disk is slow and others keep it busy, as at a start; on a quiet computer it takes some ten milliseconds.
 */
const maxScanned = 10_000n;

const streamForwards = {
  name: 'stream-forwards',
  text: `
    SELECT ${packed}
      FROM (
        SELECT *
          FROM log.events
         WHERE stream = $1 AND revision >= $2
         ORDER BY revision
         LIMIT $3
      ) e`,
};

const streamsForwards = {
  name: 'streams-forwards',
  text: `
    SELECT wanted.n, found.*
      FROM unnest($1::text[], $2::bigint[], $3::int[]) WITH ORDINALITY AS wanted (stream, revision, length, n)
     CROSS JOIN LATERAL (
        SELECT ${packed}
          FROM (
            SELECT *
              FROM log.events
             WHERE stream = wanted.stream AND revision >= wanted.revision
             ORDER BY revision
             LIMIT wanted.length
          ) e
      ) found`,
};

const streamBackwards = {
  name: 'stream-backwards',
  text: `
    SELECT ${packed}
      FROM (
        SELECT *
          FROM log.events
         WHERE stream = $1 AND revision <= $2
         ORDER BY revision DESC
         LIMIT $3
      ) e`,
};

// One statement sees one state of the log: where it ends, and what stands before that. Positions are gapless and in
// commit order, so that everything up to the head is visible, and "greater than the last one" misses nothing.
const page = {
  name: 'log-page',
  text: `
    SELECT head.position, found.*
      FROM (SELECT least(coalesce(max(position), 0), $2::bigint) AS position FROM log.events) head
     CROSS JOIN LATERAL (
        SELECT CASE WHEN count(*) = $4 THEN max(e.position) END, ${packed}
          FROM (
            SELECT *
              FROM log.events
             WHERE position > $1
               AND position <= least(head.position, $5::bigint)
               AND ($3::text[] IS NULL OR type = ANY ($3::text[]))
               AND ($6::text IS NULL OR stream ^@ $6::text)
             ORDER BY position
             LIMIT $4
          ) e
      ) found`,
};

const firstEvent = {
  name: 'first-event',
  text: 'SELECT e.id FROM log.events e ORDER BY e.position LIMIT 1',
};
