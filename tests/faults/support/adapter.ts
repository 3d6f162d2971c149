import { type EventStore } from '../../../src/event-store/event-store.js';
import { type LogLine } from '../accounting/log-line.js';

export interface OpenedStore {
  readonly store: EventStore;
  readonly close: () => Promise<void>;
}

/** A way to keep events: Watchbook's own, or one that is naive on purpose. */
export interface Adapter {
  /** By which another process finds it. */
  readonly name: string;
  /** Makes an empty log in an empty database. */
  prepare(url: string): Promise<void>;
  open(url: string): OpenedStore;
  /** What stands in the log, in its order; read in another way than the store reads it, where there is one. */
  read(url: string): Promise<LogLine[]>;
}

/** One that keeps events in a table of PostgreSQL, for faults that happen in the database. */
export interface TableAdapter extends Adapter {
  readonly table: string;
  /** What is to be done after its rows were copied from elsewhere, if anything. */
  restored?(url: string): Promise<void>;
}
