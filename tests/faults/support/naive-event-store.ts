import { DatabaseError, type Pool } from 'pg';
import { pino } from 'pino';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreUnavailable, WrongExpectedRevision } from '../../../src/event-store/errors.js';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LogBatch,
  type LogEntry,
  type LogRange,
  type NewEvent,
} from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { createPool, isDatabaseAway } from '../../../src/platform/postgres.js';
import { metadata } from '../../event-store/support/events.js';

export interface Naivety {
  /** `greater`: than the last position; `fenced`: and of transactions older than all that run. */
  readonly reads: 'greater' | 'fenced';
  readonly acknowledges: 'committed' | 'sent';
}

/** As event stores on PostgreSQL are often written: what is wrong with it is found by the same tests as ours passes. */
export class NaiveEventStore implements EventStore {
  private readonly pool: Pool;
  private readonly sent = new Set<Promise<unknown>>();
  /** Revisions of streams, as believed by who does not wait for the database. */
  private readonly ends = new Map<StreamId, number>();

  constructor(
    url: string,
    private readonly naivety: Naivety,
  ) {
    this.pool = createPool(url, 8, pino({ level: 'silent' }));
  }

  async append(
    stream: StreamId,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    const found = await this.query<{ position: string; revision: string }>(look, [
      stream,
      events.length,
    ]);
    const actual = this.ends.get(stream) ?? Number(found[0]?.revision);
    if (!holds(expected, actual)) throw new WrongExpectedRevision(stream, expected, actual);
    const positions = found.map(({ position }) => position);
    const inserting = this.query(insert, [
      stream,
      actual,
      positions,
      events.map(({ id }) => id),
      events.map(({ event }) => JSON.stringify(event.data)),
    ]).catch((error: unknown) => {
      const isTaken = error instanceof DatabaseError && error.code === '23505';
      throw isTaken ? new WrongExpectedRevision(stream, expected, actual) : error;
    });
    const revision = actual + events.length;
    if (this.naivety.acknowledges === 'sent') this.believe(stream, revision, inserting);
    else await inserting;
    return { revision, position: BigInt(positions.at(-1) ?? 0) };
  }

  readStream(): AsyncIterable<LogEntry> {
    throw new Error('Nobody reads its streams');
  }

  readAll(): AsyncIterable<LogBatch> {
    throw new Error('Everybody follows it');
  }

  async *subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch> {
    let upTo = range.after ?? 0n;
    while (!signal.aborted) {
      const rows = await this.query<Row>(
        `SELECT position, stream, revision, id FROM naive.events
          WHERE position > $1
            ${this.naivety.reads === 'fenced' ? fence : ''}
          ORDER BY position
          LIMIT 1000`,
        [upTo],
      );
      const entries = rows.map(toEntry);
      upTo = entries.at(-1)?.position ?? upTo;
      yield { entries, upTo, atEnd: entries.length === 0 };
      if (entries.length === 0) await sleep(pollMs);
    }
  }

  identity(): Promise<string | undefined> {
    return Promise.resolve('naive');
  }

  async close(): Promise<void> {
    await Promise.all(this.sent);
    await this.pool.end();
  }

  private believe(stream: StreamId, revision: number, inserting: Promise<unknown>): void {
    this.ends.set(stream, revision);
    const settled = inserting.catch(() => undefined).finally(() => this.sent.delete(settled));
    this.sent.add(settled);
  }

  private async query<R extends object>(text: string, values: unknown[]): Promise<R[]> {
    try {
      return (await this.pool.query<R>(text, values)).rows;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      throw new EventStoreUnavailable('The database is away', { cause: error });
    }
  }
}

interface Row {
  readonly position: string;
  readonly stream: string;
  readonly revision: string;
  readonly id: string;
}

const pollMs = 5;

/** Where the stream ends, and as many positions as are needed. */
const look = `
  SELECT nextval('naive.positions') AS position,
         (SELECT coalesce(max(revision), -1) FROM naive.events WHERE stream = $1) AS revision
    FROM generate_series(1, $2)`;

const insert = `
  INSERT INTO naive.events (stream, revision, position, id, data)
  SELECT $1, $2::bigint + e.n, e.position, e.id, e.data
    FROM unnest($3::bigint[], $4::uuid[], $5::json[]) WITH ORDINALITY AS e (position, id, data, n)`;

const fence = 'AND transaction < pg_snapshot_xmin(pg_current_snapshot())';

function holds(expected: ExpectedRevision, actual: number): boolean {
  if (expected === 'any') return true;
  if (expected === 'no-stream') return actual === -1;
  return expected === 'stream-exists' ? actual >= 0 : actual === expected;
}

function toEntry({ position, stream, revision, id }: Row): LogEntry {
  return {
    readable: true,
    position: BigInt(position),
    stream,
    revision: Number(revision),
    id,
    recordedAt: '',
    event: { type: 'TagDeleted', data: { tagId: id } },
    metadata: metadata(),
  };
}
