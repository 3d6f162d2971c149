import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { nextTurn } from '../../platform/slices.js';
import { checkPlace, type EventCodec } from '../codec.js';
import { Doorbell } from '../doorbell.js';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LogBatch,
  type LogEntry,
  type LogRange,
  type NewEvent,
  type StreamRange,
} from '../event-store.js';
import { type Position, start } from '../position.js';
import { type StreamId } from '../stream-id.js';
import { AppendQueue } from './append-queue.js';
import { LogReader, type Page } from './log-reader.js';
import { readAhead } from './read-ahead.js';
import { type Connect, AppendConnection } from './append-connection.js';
import { type Listen, OtherProcesses } from './other-processes.js';

export interface PostgresEventStoreOptions {
  /** For reading; it stays its owner's to close. */
  readonly pool: Pool;
  /** Opens a connection of the store's own, for appends. */
  readonly connect: Connect;
  /** Listens for appends of other processes; left out, only a poll finds them. */
  readonly listen?: Listen;
  /** How often subscribers look by themselves. */
  readonly pollMs?: number;
  readonly codec: EventCodec;
}

/** The event log in Postgres: the schema stands in `migrations/0001_event-log.sql`, and why in docs/event-store.md. */
export class PostgresEventStore implements EventStore {
  private readonly codec: EventCodec;
  private readonly appends: AppendQueue;
  private readonly reader: LogReader;
  private readonly doorbell: Doorbell;
  private readonly others: OtherProcesses;

  constructor({ pool, connect, listen, pollMs, codec }: PostgresEventStoreOptions) {
    this.codec = codec;
    this.doorbell = new Doorbell(pollMs);
    this.reader = new LogReader(pool, codec);
    const ring = async (name: string): Promise<void> => {
      await pool.query({ ...notify, values: [name] });
    };
    this.others = new OtherProcesses(randomUUID(), ring, listen, () => this.doorbell.ring());
    this.appends = new AppendQueue(new AppendConnection(connect), () => {
      this.doorbell.ring();
      this.others.tell();
    });
  }

  async append(
    stream: StreamId,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    checkPlace(stream, expected);
    return this.appends.add({ stream, expected, events: await this.codec.encode(events) });
  }

  readStream(stream: StreamId, range: StreamRange = {}): AsyncIterable<LogEntry> {
    return this.reader.stream(stream, range);
  }

  async *readAll(range: LogRange = {}): AsyncIterable<LogBatch> {
    const first = await this.reader.page(range);
    yield await this.decode(first);
    if (first.atEnd) return;
    const ask = (after: Position): Promise<Page> =>
      this.reader.page({ ...range, after }, first.head);
    for await (const page of readAhead(first.upTo, ask)) yield await this.decode(page);
  }

  async *subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch> {
    // The mark is taken before reading, so that whatever is appended from then on wakes the wait below.
    const ask = async (after: Position): Promise<Page & { silence: number }> => {
      const silence = this.doorbell.silence();
      return { ...(await this.reader.page({ ...range, after })), silence };
    };
    const isAborted = (): boolean => signal.aborted;
    let after = range.after ?? start;
    while (!isAborted()) {
      for await (const page of readAhead(after, ask)) {
        if (isAborted()) return;
        const batch = await this.decode(page);
        if (isAborted()) return;
        yield batch;
        after = page.upTo;
        if (page.atEnd) await this.doorbell.wait(page.silence, signal);
      }
    }
  }

  async identity(): Promise<string | undefined> {
    const id = await this.reader.firstId();
    return id === undefined ? undefined : `postgres:${id}`;
  }

  async close(): Promise<void> {
    await this.appends.close();
    await this.others.close();
  }

  private async decode(page: Page): Promise<LogBatch> {
    // The next page is on its way; the question must be out before decoding keeps this side busy.
    if (!page.atEnd) await nextTurn();
    return { entries: await this.reader.decode(page), upTo: page.upTo, atEnd: page.atEnd };
  }
}

const notify = { name: 'notify', text: `SELECT pg_notify('watchbook_log', $1)` };
