import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { type Appends, type Measured, type Replayed } from '../protocol.js';

/** A way to keep events in PostgreSQL, and what is measured of it. */
export interface Peer {
  /** Makes what it needs in an empty database. */
  prepare(url: string): Promise<unknown>;
  append(url: string, appends: Appends): Promise<Measured>;
  /** Puts so many events (a whole thousand) into an empty log, for the replay. */
  fill?(url: string, events: number): Promise<void>;
  /** Reads everything in global order, and does nothing with it. */
  replay?(url: string): Promise<Replayed>;
}

/** An opened log of a peer. */
export interface PeerLog {
  /**
   * Appends all of the events or none.
   *
   * @param expected The revision of the stream's last event; -1: there is no stream.
   * @throws Conflict when that does not hold.
   */
  append(stream: StreamId, expected: number, events: readonly NewEvent[]): Promise<void>;
  close(): Promise<void>;
}

export class Conflict extends Error {
  override readonly name = 'Conflict';

  /** @param actual The revision the stream is at, as the peer tells its callers or lets them find out. */
  constructor(readonly actual: number) {
    super(`The stream is at revision ${actual}`);
  }
}
