import { type AppendCase, type AppendResult } from './appending.js';
import { type Machine } from './machine.js';
import { type Measured, type PeerName } from './protocol.js';
import { type ReplayResult } from './replaying.js';

/** Everything a run found out. */
export interface Results {
  readonly machine: Machine;
  /** What an fsync took, in ms, each time it was looked at. */
  readonly fsyncMs: readonly number[];
  /** Data and metadata of an event as JSON. */
  readonly averageBytes: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly appends: readonly AppendResult[];
  readonly slowDisk: SlowDisk;
  readonly replays: readonly ReplayResult[];
}

export interface SlowDisk {
  /** The same there; empty when nothing was measured. */
  readonly fsyncMs: readonly number[];
  readonly appends: readonly AppendResult[];
  /** Why nothing was measured, though it should have been. */
  readonly skipped?: string;
}

export function findAppends(
  results: readonly AppendResult[],
  peer: PeerName,
  { callers, eventsPerAppend, streams }: Omit<AppendCase, 'peers'>,
): Measured | undefined {
  return results.find(
    (each) =>
      each.peer === peer &&
      each.callers === callers &&
      each.eventsPerAppend === eventsPerAppend &&
      each.streams === streams,
  )?.measured;
}

export function findReplay(
  results: readonly ReplayResult[],
  peer: PeerName,
): ReplayResult | undefined {
  return results.find((each) => each.peer === peer);
}
