import { type DomainEvent } from '../domain/events.js';
import { type EventMetadata } from './metadata.js';
import { type Position } from './position.js';
import { type StreamId } from './stream-id.js';

/**
 * The log of everything that happened: streams of events, and one global order over all of them.
 *
 * A reader that follows the global order never misses an event, whatever writers do at the same time.
 * Nothing here says how events are kept; `tests/event-store/conformance` says what every adapter must do.
 */
export interface EventStore {
  /**
   * Appends all of the events to one stream, or none. Repeating an append with the same event ids and the same expected
   * revision changes nothing and answers as the first time, so an append with an unknown outcome can be sent again;
   * repeating only a part of it conflicts. With `any` and `stream-exists`, which name no place, a repetition is
   * recognised for as long as it is among the last thousand events of the stream; a store may do better.
   *
   * @throws WrongExpectedRevision when the stream is not where the caller thought.
   * @throws EventRefused for events that do not fit their schema or are too large; nothing was sent.
   * @throws EventStoreUnavailable when the store cannot be reached in time; it is then unknown what became of the append.
   * @throws EventStoreOverloaded when too many appends are waiting already; nothing was sent.
   */
  append(
    stream: StreamId,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended>;

  /** The events of one stream; of a stream that does not exist: none. */
  readStream(stream: StreamId, range?: StreamRange): AsyncIterable<LogEntry>;

  /** Everything up to now in global order, in batches; ends at what was the end of the log when it got there. */
  readAll(range?: LogRange): AsyncIterable<LogBatch>;

  /** As `readAll`, and then goes on with what is appended, until the signal. The consumer's pace is the pace. */
  subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch>;

  /**
   * Tells this log from any other: whoever remembers a position remembers this with it, because positions of one log
   * mean nothing in another. `undefined` while the log is empty.
   *
   * @throws EventStoreUnavailable
   */
  identity(): Promise<string | undefined>;

  close(): Promise<void>;
}

/** The revision a stream must be at; the first event of a stream has revision 0. */
export type ExpectedRevision = 'no-stream' | 'stream-exists' | 'any' | number;

export interface NewEvent {
  /** A UUID; the same id is the same event, however often it is sent. */
  readonly id: string;
  readonly event: DomainEvent;
  readonly metadata: EventMetadata;
}

export interface Appended {
  /** Of the last event appended. */
  readonly revision: number;
  readonly position: Position;
}

export interface StreamRange {
  /** First revision to read, inclusive; forwards from 0 and backwards from the end when left out. */
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  /** At most so many events. */
  readonly limit?: number;
}

export interface LogRange {
  /** Exclusive: reading goes on after this position. */
  readonly after?: Position;
  /** Only events of these types; positions of the batches still tell how far the log was read. */
  readonly types?: readonly DomainEvent['type'][];
  /** Only events of streams whose names begin so, such as `service-`; together with `types`, both must hold. */
  readonly streamPrefix?: string;
}

export interface LogBatch {
  readonly entries: readonly LogEntry[];
  /** Everything up to here, inclusive, has now been handed out or filtered out. */
  readonly upTo: Position;
  /** Whether this was the end of the log; a subscription says so again about every second while nothing happens. */
  readonly atEnd: boolean;
}

/** What stands in the log: an event, or something this build of Watchbook cannot read. The reader decides. */
export type LogEntry = RecordedEvent | UnreadableEvent;

export interface RecordedEvent extends Envelope {
  readonly readable: true;
  readonly event: DomainEvent;
  readonly metadata: EventMetadata;
}

export interface UnreadableEvent extends Envelope {
  readonly readable: false;
  readonly type: string;
  readonly version: number;
  readonly reason: string;
}

interface Envelope {
  readonly id: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  /**
   * UTC, ISO 8601 with milliseconds. Along the log it never goes backwards in PostgreSQL; in EventStoreDB it can, by as
   * much as the clocks of the servers that have led differ.
   */
  readonly recordedAt: string;
}
