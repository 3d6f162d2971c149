import { type Pool } from 'pg';
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
import { start } from '../position.js';
import { type StreamId } from '../stream-id.js';
import { AppendQueue } from './append-queue.js';
import { LogReader } from './log-reader.js';
import { type Connect, AppendConnection } from './append-connection.js';

/**
 * Calls `onRing` when somebody appended, with the server's process that did it, or without one when notifications may
 * have been missed. The function it gives back ends that. It reconnects by itself.
 */
export type Listen = (onRing: (backend: number | undefined) => void) => () => Promise<void>;

export interface PostgresEventStoreOptions {
  /** For reading; it stays its owner's to close. */
  readonly pool: Pool;
  /** Opens a connection of the store's own, for appends. */
  readonly connect: Connect;
  /** Listens for appends of other processes; left out, a poll each second finds them. */
  readonly listen?: Listen;
  readonly codec: EventCodec;
}

/** The event log in Postgres: the schema stands in `migrations/0001_event-log.sql`, and why in docs/event-store.md. */
export class PostgresEventStore implements EventStore {
  private readonly codec: EventCodec;
  private readonly appends: AppendQueue;
  private readonly reader: LogReader;
  /** Rings at once for appends of this process, and through NOTIFY for those of others. */
  private readonly doorbell = new Doorbell();
  private readonly stopListening: (() => Promise<void>) | undefined;

  constructor({ pool, connect, listen, codec }: PostgresEventStoreOptions) {
    this.codec = codec;
    this.reader = new LogReader(pool, codec);
    const connection = new AppendConnection(connect);
    this.stopListening = listen?.((backend) => {
      if (backend === undefined || backend !== connection.backend) this.doorbell.ring();
    });
    this.appends = new AppendQueue(connection, () => this.doorbell.ring());
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
    let after = range.after ?? start;
    let end: bigint | undefined;
    for (;;) {
      const batch = await this.reader.page({ ...range, after }, end);
      end ??= batch.head;
      yield batch;
      if (batch.atEnd) return;
      after = batch.upTo;
    }
  }

  async *subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch> {
    let after = range.after ?? start;
    const isAborted = (): boolean => signal.aborted;
    while (!isAborted()) {
      // Taken before reading, so that whatever is appended from here on wakes the wait below.
      const silence = this.doorbell.silence();
      const batch = await this.reader.page({ ...range, after });
      after = batch.upTo;
      if (isAborted()) return;
      yield batch;
      if (batch.atEnd) await this.doorbell.wait(silence, signal);
    }
  }

  async identity(): Promise<string | undefined> {
    const id = await this.reader.firstId();
    return id === undefined ? undefined : `postgres:${id}`;
  }

  async close(): Promise<void> {
    await this.appends.close();
    await this.stopListening?.();
  }
}
