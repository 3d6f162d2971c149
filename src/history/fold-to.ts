import { type Pool } from 'pg';
import { eventTypes } from '../event-store/catalogue/catalogue.js';
import { type EventStore, type LogEntry } from '../event-store/event-store.js';
import { inSlices } from '../platform/slices.js';
import { type RowFold } from '../projections/row-fold.js';
import { type Moment } from './moment.js';
import { type PastRows } from './relations-of.js';
import { type Snapshot, snapshots } from './snapshots.js';

/**
 * What tables held at a moment: the nearest snapshot before it, and the rows that events after the snapshot have
 * changed. At most as many events are folded as lie between two snapshots, or after the last one.
 *
 * @param folds Of the tables; they must know nothing yet.
 * @returns By the names of the folds.
 */
export async function foldTo(
  store: EventStore,
  pool: Pool,
  folds: readonly RowFold[],
  moment: Moment,
): Promise<(name: string) => PastRows> {
  const snapshot = await snapshots.nearest(pool, moment);
  for await (const entries of entriesUntil(store, folds, snapshot, moment))
    await digest(pool, folds, snapshot, entries);
  const tables = new Map(folds.map((fold) => [fold.name, pastRowsOf(fold, snapshot)]));
  return (name) => tables.get(name) ?? { rows: [] };
}

/** Adds what entries mean to the folds. What this build cannot read is passed over: what it changed is not known. */
export async function digest(
  pool: Pool,
  folds: readonly RowFold[],
  { position }: Pick<Snapshot, 'position'>,
  entries: readonly LogEntry[],
): Promise<void> {
  const readable = entries.filter((entry) => entry.readable);
  for (const fold of folds) {
    const keys = fold.missing(readable);
    if (keys.length > 0) fold.load(keys, await snapshots.rows(pool, fold.name, position, keys));
    await inSlices(readable, (entry) => {
      if (fold.keyOf(entry) !== undefined) fold.apply(entry);
    });
  }
}

/** The types of events that matter to any of the folds. */
export function typesOf(folds: readonly RowFold[]): (typeof eventTypes)[number][] {
  return eventTypes.filter((type) => folds.some((fold) => fold.handles(type)));
}

async function* entriesUntil(
  store: EventStore,
  folds: readonly RowFold[],
  { position, next }: Snapshot,
  moment: Moment,
): AsyncIterable<readonly LogEntry[]> {
  for await (const { entries, upTo } of store.readAll({ after: position, types: typesOf(folds) })) {
    const last = entries.at(-1);
    if (last !== undefined && last.recordedAt > moment) {
      yield entries.filter(({ recordedAt }) => recordedAt <= moment);
      return;
    }
    yield entries;
    if (next !== undefined && upTo >= next) return;
  }
}

function pastRowsOf(fold: RowFold, { position }: Snapshot): PastRows {
  const { upserts, deletes } = fold.changes();
  const except = [...upserts.map((row) => keyOf(fold, row)), ...deletes];
  return { rows: upserts, snapshot: { projection: fold.name, position, except } };
}

function keyOf({ key }: RowFold, row: object): string {
  return String(Reflect.get(row, key));
}
