import { type AppendCase } from './appending.js';
import { type PeerName } from './protocol.js';
import { type ReplayCase } from './replaying.js';

/** What can be measured; `--only` names some of them. */
export const parts = ['append', 'hot', 'batches', 'replay', 'slow-disk'] as const;
export type Part = (typeof parts)[number];

export interface Plan {
  readonly rounds: number;
  /** For each measurement of appends. */
  readonly seconds: number;
  readonly appends: readonly AppendCase[];
  readonly slowDiskAppends: readonly AppendCase[];
  readonly replays: readonly ReplayCase[];
}

const stores: readonly PeerName[] = ['watchbook', 'function-call', 'transaction', 'emmett'];

/** One event for each append. */
export const callers = [1, 16, 64, 256];
export const slowDiskCallers = [1, 8, 64];
/** Of one stream, and of those who append a hundred events at once. */
export const otherCallers = 16;
export const batch = 100;

export function planOf(
  chosen: ReadonlySet<Part>,
  { quick, rounds }: { readonly quick: boolean; readonly rounds: number | undefined },
): Plan {
  const when = <T>(part: Part, cases: readonly T[]): readonly T[] =>
    chosen.has(part) ? cases : [];
  return {
    rounds: rounds ?? (quick ? 1 : 3),
    seconds: quick ? 1 : 3,
    appends: [
      ...when('append', callers.map(oneEventEach)),
      ...when<AppendCase>('append', [
        { callers: 1, eventsPerAppend: 1_000, streams: 'distinct', peers: ['copy'] },
      ]),
      ...when<AppendCase>('hot', [
        { callers: otherCallers, eventsPerAppend: 1, streams: 'one', peers: stores },
      ]),
      ...when<AppendCase>('batches', [
        { callers: otherCallers, eventsPerAppend: batch, streams: 'distinct', peers: stores },
      ]),
    ],
    slowDiskAppends: when('slow-disk', slowDiskCallers.map(oneEventEach)),
    replays: when<ReplayCase>('replay', [
      { peers: ['watchbook', 'copy'], events: quick ? 200_000 : 1_000_000 },
      { peers: ['emmett', 'emmett-without-checkpoints'], events: quick ? 10_000 : 50_000 },
      { peers: ['emmett-by-default'], events: quick ? 2_000 : 10_000 },
    ]),
  };
}

function oneEventEach(callers: number): AppendCase {
  return { callers, eventsPerAppend: 1, streams: 'distinct', peers: stores };
}
