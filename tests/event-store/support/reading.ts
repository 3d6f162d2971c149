import {
  type EventStore,
  type LogBatch,
  type LogEntry,
  type LogRange,
  type NewEvent,
  type StreamRange,
} from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { newStream, renamed } from './events.js';

export async function readStream(
  store: EventStore,
  stream: StreamId,
  range?: StreamRange,
): Promise<LogEntry[]> {
  const entries: LogEntry[] = [];
  for await (const entry of store.readStream(stream, range)) entries.push(entry);
  return entries;
}

export async function revisions(
  store: EventStore,
  stream: StreamId,
  range?: StreamRange,
): Promise<number[]> {
  return (await readStream(store, stream, range)).map(({ revision }) => revision);
}

export async function readBatches(store: EventStore, range?: LogRange): Promise<LogBatch[]> {
  const batches: LogBatch[] = [];
  for await (const batch of store.readAll(range)) batches.push(batch);
  return batches;
}

export async function readAll(store: EventStore, range?: LogRange): Promise<LogEntry[]> {
  return (await readBatches(store, range)).flatMap(({ entries }) => entries);
}

/** A position with nothing of this test before it: others may have written to the log as well. */
export async function mark(store: EventStore): Promise<Position> {
  return (await store.append(newStream(), 'no-stream', [renamed()])).position;
}

/** Only what stands in these streams, in the order found. */
export function inStreams(streams: readonly string[], entries: readonly LogEntry[]): LogEntry[] {
  const own = new Set(streams);
  return entries.filter(({ stream }) => own.has(stream));
}

/** Whether each position is greater than the one before it. */
export function isRising(positions: readonly Position[]): boolean {
  return positions.every((position, index) => {
    const before = positions[index - 1];
    return before === undefined || position > before;
  });
}

/** 0, 1, 2 and so on. */
export function count(length: number, from = 0): number[] {
  return Array.from({ length }, (_, index) => from + index);
}

/** Fills a new stream with as many appends as it takes. */
export async function appendMany(
  store: EventStore,
  stream: StreamId,
  events: readonly NewEvent[],
): Promise<void> {
  for (let from = 0; from < events.length; from += 500)
    await store.append(stream, from === 0 ? 'no-stream' : from - 1, events.slice(from, from + 500));
}
