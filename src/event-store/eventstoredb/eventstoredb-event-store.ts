import { checkPlace, type EventCodec, type StoredEntry } from '../codec.js';
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
import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { Appender } from './appender.js';
import { Bell } from './bell.js';
import { Connection } from './connection.js';
import { toEventData } from './entries.js';
import { LogReader, pageSize } from './log-reader.js';

/** The event log in EventStoreDB or KurrentDB; docs/event-store.md says how, and what these promise less of. */
export class EventStoreDbEventStore implements EventStore {
  private readonly connection: Connection;
  private readonly reader: LogReader;
  private readonly bell: Bell;
  private readonly appender: Appender;

  /** Connects with the first call. @throws when a file of certificates cannot be read. */
  constructor(
    address: EventStoreAddress,
    private readonly codec: EventCodec,
  ) {
    this.connection = new Connection(address);
    this.reader = new LogReader(this.connection);
    this.bell = new Bell(this.connection);
    this.appender = new Appender(this.connection, this.reader, ({ position }) => {
      this.bell.ring(position);
    });
  }

  async append(
    stream: StreamId,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    checkPlace(stream, expected);
    const stored = await this.codec.encode(events);
    return this.appender.append(
      stream,
      expected,
      stored.map((event) => toEventData(event)),
    );
  }

  async *readStream(stream: StreamId, range: StreamRange = {}): AsyncIterable<LogEntry> {
    const step = range.direction === 'backwards' ? -1 : 1;
    let { from, limit = Number.MAX_SAFE_INTEGER } = range;
    while (limit > 0 && (from ?? 0) >= 0) {
      const wanted = Math.min(limit, pageSize);
      const next = from === undefined ? range : { ...range, from };
      const stored = await this.reader.stream(stream, { ...next, limit: wanted });
      yield* await this.codec.decode(stored);
      const last = stored.at(-1);
      if (last === undefined || stored.length < wanted) return;
      from = last.revision + step;
      limit -= stored.length;
    }
  }

  async *readAll(range: LogRange = {}): AsyncIterable<LogBatch> {
    const { after = start } = range;
    const end = await this.reader.head();
    if (end <= after) {
      yield { entries: [], upTo: after, atEnd: true };
      return;
    }
    for await (const { entries, upTo, isFull } of this.reader.pages(after)) {
      const atEnd = !isFull || upTo >= end;
      const before = entries.filter(({ position }) => position <= end);
      yield { entries: await this.decode(range, before), upTo: upTo < end ? upTo : end, atEnd };
      if (atEnd) return;
    }
  }

  async *subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch> {
    let { after = start } = range;
    const isAborted = (): boolean => signal.aborted;
    try {
      yield* this.untilReached(after, signal);
      while (!isAborted()) {
        // Taken before reading, so that whatever is appended from here on wakes the wait below.
        const silence = this.bell.silence();
        for await (const { entries, upTo, isFull } of this.reader.pages(after, signal)) {
          after = upTo;
          const batch = { entries: await this.decode(range, entries), upTo, atEnd: !isFull };
          if (isAborted()) return;
          yield batch;
        }
        await this.bell.wait(silence, signal);
      }
    } catch (error) {
      if (!isAborted()) throw error;
    }
  }

  async identity(): Promise<string | undefined> {
    const first = await this.reader.firstEvent();
    return first === undefined ? undefined : `esdb:${first}`;
  }

  /** Asks the server for a sign of life. @throws when none comes within so many ms. */
  ping(timeoutMs: number): Promise<void> {
    return this.reader.ping(timeoutMs);
  }

  async close(): Promise<void> {
    await this.appender.close();
    await this.bell.close();
    await this.connection.close();
  }

  /** A position after the end is of another log, or of a part that was lost; the server refuses to read from there. */
  private async *untilReached(after: Position, signal: AbortSignal): AsyncIterable<LogBatch> {
    while (after > start && !signal.aborted) {
      const silence = this.bell.silence();
      if ((await this.reader.head()) >= after) return;
      yield { entries: [], upTo: after, atEnd: true };
      await this.bell.wait(silence, signal);
    }
  }

  private decode(
    { types, streamPrefix }: LogRange,
    entries: readonly StoredEntry[],
  ): Promise<LogEntry[]> {
    const last = entries.at(-1);
    if (last !== undefined) this.bell.learn(last.position);
    const wanted: ReadonlySet<string> | undefined = types && new Set(types);
    return this.codec.decode(
      entries.filter(
        ({ type, stream }) => (wanted?.has(type) ?? true) && stream.startsWith(streamPrefix ?? ''),
      ),
    );
  }
}
