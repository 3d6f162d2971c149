import { type EventStoreAddress } from './event-store-address.js';

/**
 * The audit log is searched for words chunk by chunk, from the newest one on. Entries whose positions are the same
 * without so many of their last bits make a chunk. It should hold some ten thousand: with more, common words take
 * longer, with fewer, rare ones.
 */
export type AuditChunkBits = 14 | 24;

/** Positions count events in PostgreSQL; in EventStoreDB they are bytes, of which an event takes about a thousand. */
export function auditChunkBits(eventStore: EventStoreAddress | undefined): AuditChunkBits {
  return eventStore === undefined ? 14 : 24;
}
