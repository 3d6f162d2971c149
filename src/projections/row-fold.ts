import { type DomainEvent } from '../domain/events.js';
import { type RecordedEvent } from '../event-store/event-store.js';
import { evolve, type Projection, type SqlType } from './projection.js';

/**
 * Folds events into the rows of one projection, in memory. Rows that were loaded or written stay for the next batch
 * for as long as nobody else writes the table.
 */
export interface RowFold {
  readonly name: string;
  readonly version: number;
  readonly key: string;
  readonly columns: Readonly<Record<string, SqlType>>;
  readonly indexes: readonly string[];
  handles(type: DomainEvent['type']): boolean;
  /** Keys of the rows these events are about and which are not here yet. */
  missing(events: readonly DomainEvent[]): string[];
  /** Takes in rows as JSON from the database; `keys` without a row do not exist. */
  load(keys: readonly string[], rows: readonly unknown[]): void;
  apply(recorded: RecordedEvent): void;
  /** What was changed since the last `keep` or `forget`. */
  changes(): RowChanges;
  keep(): void;
  forget(): void;
}

export interface RowChanges {
  /** Whole rows with their `view`, ready to be written as JSON. */
  readonly upserts: readonly object[];
  readonly deletes: readonly string[];
}

/** Closes over the type of the rows, so that projections of all kinds can run side by side. */
export function rowFold<Row extends object>(projection: Projection<Row>): RowFold {
  const rows = new Map<string, Row | null>();
  const changed = new Set<string>();
  const { name, version, key, columns, indexes } = projection;

  return {
    name,
    version,
    key,
    columns: { ...columns, view: 'text' },
    indexes,

    handles: (type) => projection.on[type] !== 'ignored',

    missing(events) {
      const wanted = new Set<string>();
      for (const event of events) {
        const id = projection.on[event.type] === 'ignored' ? undefined : projection.keyOf(event);
        if (id !== undefined && !rows.has(id)) wanted.add(id);
      }
      return [...wanted];
    },

    load(keys, found) {
      for (const id of keys) rows.set(id, null);
      for (const raw of found) {
        const row = projection.row.parse(raw);
        rows.set(String(row[key]), row);
      }
    },

    apply(recorded) {
      const id = projection.keyOf(recorded.event);
      if (id === undefined) return;
      const before = rows.get(id) ?? undefined;
      const after = evolve(projection, before, recorded);
      if (after === before) return;
      rows.set(id, after ?? null);
      changed.add(id);
    },

    changes() {
      const upserts: object[] = [];
      const deletes: string[] = [];
      for (const id of changed) {
        const row = rows.get(id);
        if (row) upserts.push({ ...row, view: projection.openView(row) });
        else deletes.push(id);
      }
      return { upserts, deletes };
    },

    keep() {
      changed.clear();
      for (const id of rows.keys()) {
        if (rows.size <= maxRowsKept) break;
        rows.delete(id);
      }
    },

    forget() {
      changed.clear();
      rows.clear();
    },
  };
}

const maxRowsKept = 20_000;
