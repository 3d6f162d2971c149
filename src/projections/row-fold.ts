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
  const known = new Map<string, Known<Row>>();
  let changed: string[] = [];
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
        if (id !== undefined && !known.has(id)) wanted.add(id);
      }
      return [...wanted];
    },

    load(keys, found) {
      for (const id of keys) known.set(id, { row: null, isChanged: false });
      for (const raw of found) {
        const row = projection.row.parse(raw);
        known.set(String(row[key]), { row, isChanged: false });
      }
    },

    apply(entry) {
      if (!entry.readable) throw new Error(entry.reason);
      const id = projection.keyOf(entry);
      if (id === undefined) return;
      let one = known.get(id);
      const before = one?.row ?? undefined;
      const after = evolve(projection, before, entry);
      if (after === before) return;
      if (one === undefined) {
        one = { row: null, isChanged: false };
        known.set(id, one);
      }
      one.row = after ?? null;
      if (!one.isChanged) changed.push(id);
      one.isChanged = true;
    },

    get pending() {
      return changed.length;
    },

    changes() {
      const upserts: object[] = [];
      const deletes: string[] = [];
      for (const id of changed) {
        const row = known.get(id)?.row;
        if (row) upserts.push({ ...row, view: projection.openView(row) });
        else deletes.push(id);
      }
      return { upserts, deletes };
    },

    keep() {
      for (const id of changed) {
        const one = known.get(id);
        if (one !== undefined) one.isChanged = false;
      }
      changed = [];
      for (const id of known.keys()) {
        if (known.size <= maxRowsKept) break;
        known.delete(id);
      }
    },

    forget() {
      changed = [];
      known.clear();
    },

    anew: () => rowFold(projection),
  };
}

/** One look-up for each event: keys are long, and events many. */
interface Known<Row> {
  /** Null where there is none. */
  row: Row | null;
  /** Since the last `keep` or `forget`. */
  isChanged: boolean;
}

const maxRowsKept = 20_000;
