import { type EventStore, type RecordedEvent } from '../event-store/event-store.js';
import { type StreamId } from '../event-store/stream-id.js';
import { evolve, type Projection } from '../projections/projection.js';
import { type Moment } from './moment.js';

/**
 * A row as it was at a moment, by folding the stream it is about; `undefined` when there was none. An event that this
 * build cannot read is passed over: what it changed is not known.
 *
 * @param known The row at some time before the moment, and the first revision of the stream that it does not know yet.
 */
export async function rowAt<Row extends object>(
  store: EventStore,
  projection: Projection<Row>,
  stream: StreamId,
  moment: Moment,
  known?: { readonly row: Row; readonly next: number },
): Promise<Row | undefined> {
  let row = known?.row;
  let from = known?.next ?? 0;
  for (let limit = firstEvents; ; limit *= 2) {
    const end = from + limit;
    for await (const entry of store.readStream(stream, { from, limit })) {
      if (entry.recordedAt > moment) return row;
      if (entry.readable) row = rowAfter(projection, row, entry);
      from = entry.revision + 1;
    }
    if (from < end) return row;
  }
}

/** Few lie between a snapshot and a moment; whoever reads on from the start soon reads many at once. */
const firstEvents = 100;

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
