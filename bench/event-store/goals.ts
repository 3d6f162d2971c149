import { type PeerName } from './protocol.js';
import { findAppends, findReplay, type Results } from './results.js';

/** What is aimed at, and what came of it. */
export interface Goal {
  readonly what: string;
  readonly reached: boolean;
  readonly figure: string;
}

/** Those that the run has figures for. */
export function judge(results: Results): Goal[] {
  const { appends, slowDisk } = results;
  const at = (callers: number) => ({ callers, eventsPerAppend: 1, streams: 'distinct' }) as const;
  const rate = (from: Results['appends'], peer: PeerName, callers: number): number | undefined =>
    findAppends(from, peer, at(callers))?.eventsPerSecond;
  const times = (from: Results['appends'], peer: PeerName, callers: number): number | undefined =>
    quotient(rate(from, 'watchbook', callers), rate(from, peer, callers));
  const p99 = (peer: PeerName): number | undefined => findAppends(appends, peer, at(64))?.p99;

  return [
    atLeast('64 callers: at least 12 × emmett', times(appends, 'emmett', 64), 12),
    atLeast('64 callers: at least 3 × a function call', times(appends, 'function-call', 64), 3),
    atLeast('slow disk, 64 callers: at least 6 × emmett', times(slowDisk.appends, 'emmett', 64), 6),
    atLeast(
      'slow disk, 64 callers: at least 6 × a function call',
      times(slowDisk.appends, 'function-call', 64),
      6,
    ),
    atMost(
      '64 callers: p99 below a third of emmett’s',
      quotient(p99('watchbook'), p99('emmett')),
      1 / 3,
    ),
    atLeast('one caller: no slower than a function call', times(appends, 'function-call', 1), 1),
    ...judgeReplay(results),
  ].filter((goal) => goal !== undefined);
}

function judgeReplay({ replays }: Results): (Goal | undefined)[] {
  const own = findReplay(replays, 'watchbook');
  if (own === undefined) return [];
  const rate = own.eventsPerSecond;
  const ofCopy = quotient(rate, findReplay(replays, 'copy')?.eventsPerSecond) ?? 0;
  const growth = own.memoryHighest / own.memoryInFirstTenth;
  return [
    {
      what: 'replay: at least 350,000 events/s, or 35 % of a bare COPY',
      reached: rate >= 350_000 || ofCopy >= 0.35,
      figure: `${Math.round(rate).toLocaleString('en')} events/s, ${(ofCopy * 100).toFixed(0)} % of COPY`,
    },
    atLeast(
      'replay: at least 40 × emmett',
      quotient(rate, findReplay(replays, 'emmett')?.eventsPerSecond),
      40,
    ),
    atMost('replay: memory after the first tenth grows by a quarter at most', growth, 1.25),
  ];
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

function atLeast(what: string, value: number | undefined, goal: number): Goal | undefined {
  if (value === undefined) return undefined;
  return { what, reached: value >= goal, figure: `${value.toFixed(2)} ×` };
}

function atMost(what: string, value: number | undefined, goal: number): Goal | undefined {
  if (value === undefined) return undefined;
  return { what, reached: value <= goal, figure: `${value.toFixed(2)} ×` };
}
