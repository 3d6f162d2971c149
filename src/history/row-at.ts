import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { type StreamId } from '../event-store/stream-id.js';
import { evolve, type Projection } from '../projections/projection.js';
import { type Moment } from './moment.js';

/**
 * A row as it was at a moment, by folding the stream it is about; `undefined` when there was none. An event that this
 * build cannot read is passed over: what it changed is not known.
 *
 * @param known The row at some revision before the moment; only what came after it is read.
 */
export async function rowAt<Row extends object>(
  store: EventStore,
  projection: Projection<Row>,
  stream: StreamId,
  moment: Moment,
  known?: Row & { readonly revision: number },
): Promise<Row | undefined> {
  let row: Row | undefined = known;
  for await (const entry of store.readStream(stream, { from: (known?.revision ?? -1) + 1 })) {
    if (entry.recordedAt > moment) break;
    if (entry.readable) row = rowAfter(projection, row, entry);
  }
  return row;
}

/** The row after an event of its stream. */
export function rowAfter<Row extends object>(
  projection: Projection<Row>,
  row: Row | undefined,
  recorded: RecordedEvent,
): Row | undefined {
  return evolve(projection, row, recorded) ?? undefined;
}

/** A row as its table has it: with its public JSON. */
export function withView<Row extends object>(
  projection: Projection<Row>,
  row: Row,
): Row & { readonly view: string } {
  return { ...row, view: projection.openView(row) };
}
