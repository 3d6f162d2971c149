import { type DomainEvent } from '../domain/events.js';
import { type LogEntry } from '../event-store/event-store.js';
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
  /** Whether a row, once written, stays as it is: a rebuild need not look for it again then. */
  readonly appendOnly: boolean;
  handles(type: DomainEvent['type']): boolean;
  /** The row an entry is about; `undefined` when it is about none here, or nobody can tell. */
  keyOf(entry: LogEntry): string | undefined;
  /** Keys of the rows these entries are about and which are not here yet. */
  missing(entries: readonly LogEntry[]): string[];
  /** Takes in rows as JSON from the database; `keys` without a row do not exist. */
  load(keys: readonly string[], rows: readonly unknown[]): void;
  /** @throws for an entry it cannot digest, such as one that nobody here can read. */
  apply(entry: LogEntry): void;
  /** How many rows were changed since the last `keep` or `forget`. */
  readonly pending: number;
  /** What was changed since then. */
  changes(): RowChanges;
  keep(): void;
  forget(): void;
  /** The same fold, with a memory of its own that is empty: for a rebuild beside the live table. */
  anew(): RowFold;
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

  function keyOf(entry: LogEntry): string | undefined {
    if (!entry.readable || projection.on[entry.event.type] === 'ignored') return undefined;
    return projection.keyOf(entry);
  }

  return {
    name,
    version,
    key,
    columns: { ...columns, view: 'text' },
    indexes,
    appendOnly: false,
    keyOf,

    handles: (type) => projection.on[type] !== 'ignored',

    missing(entries) {
      const wanted = new Set<string>();
      for (const entry of entries) {
        const id = keyOf(entry);
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

    apply(entry) {
      if (!entry.readable) throw new Error(entry.reason);
      const id = projection.keyOf(entry);
      if (id === undefined) return;
      const before = rows.get(id) ?? undefined;
      const after = evolve(projection, before, entry);
      if (after === before) return;
      rows.set(id, after ?? null);
      changed.add(id);
    },

    get pending() {
      return changed.size;
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

    anew: () => rowFold(projection),
  };
}

const maxRowsKept = 20_000;
