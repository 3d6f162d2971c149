import { type StoredEntry } from './codec.js';
import { type Position } from './position.js';

/**
 * A log as it is kept: undecoded, so that it can be moved to another store without anything being lost on the way,
 * also what this build cannot read. For administration only; everybody else uses the port.
 */
export interface StoredLog {
  /** For people: which store this is, without credentials. */
  readonly name: string;

  /**
   * Everything after the position in global order; ends at what was the end of the log when it began.
   *
   * @throws EventStoreUnavailable
   */
  pages(after: Position): AsyncIterable<readonly StoredEntry[]>;

  /**
   * Appends entries of any streams at the end of the log, in this order, each at its revision, with its id and time.
   * What stands there already is left as it is, so an append with an unknown outcome can be repeated.
   *
   * @throws WrongExpectedRevision when something else stands at an entry's place, or nothing before it.
   * @throws EventStoreUnavailable when it is unknown how far it came.
   */
  append(entries: readonly StoredEntry[]): Promise<void>;
}
