import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type RunningWatchbook } from '../watchbook.js';

/** Milliseconds. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
}

/**
 * From the answer to a change (which does not wait for the read models) to the end of the first GET that shows it.
 * Some changes of each second are looked for, so that looking does not become the load.
 */
export async function liveLag(
  watchbook: RunningWatchbook,
  ids: readonly string[],
  perSecond: number,
  seconds: number,
): Promise<Quantiles & { readonly perSecond: number }> {
  const lags: number[] = [];
  const lookEvery = Math.max(1, Math.round(perSecond / 20));
  const began = performance.now();
  const sent = await atRate(
    perSecond,
    () => performance.now() - began > seconds * 1000,
    async (n) => {
      const [id, name] = [ids[n % ids.length] ?? '', `Changed ${n} at ${perSecond}`];
      await watchbook.call('PATCH', `/services/${id}`, { name }, { prefer: 'respond-async' });
      if (n % lookEvery !== 0) return;
      const answered = performance.now();
      for (;;) {
        const { text } = await watchbook.call('GET', `/services/${id}`);
        if (text.includes(`"${name}"`)) break;
        await sleep(1);
      }
      lags.push(performance.now() - answered);
    },
  );
  return { ...quantiles(lags), perSecond: sent / ((performance.now() - began) / 1000) };
}

export interface Times {
  readonly reads: Quantiles;
  readonly writes: Quantiles;
}

/** What reads and writes take before, during and after a rebuild of services, at one rate. */
export async function aroundRebuild(
  watchbook: RunningWatchbook,
  ids: readonly string[],
  rate: { readonly reads: number; readonly writes: number },
  seconds: number,
): Promise<Readonly<Record<'before' | 'during' | 'after', Times>> & { readonly tookMs: number }> {
  const before = await load(watchbook, ids, rate, () => sleep(seconds * 1000));
  let tookMs = 0;
  const during = await load(watchbook, ids, rate, async () => {
    const began = performance.now();
    const { text } = await watchbook.call('POST', '/projections/services/rebuild');
    const { id } = z.looseObject({ id: z.string() }).parse(JSON.parse(text));
    await untilEnded(watchbook, id);
    tookMs = performance.now() - began;
  });
  const after = await load(watchbook, ids, rate, () => sleep(seconds * 1000));
  return { before, during, after, tookMs };
}

async function untilEnded(watchbook: RunningWatchbook, id: string): Promise<void> {
  const Rebuild = z.looseObject({ stage: z.string(), ended_at: z.string().nullable() });
  for (;;) {
    const { text } = await watchbook.call('GET', `/projections/services/rebuilds/${id}`);
    const { stage, ended_at } = Rebuild.parse(JSON.parse(text));
    if (ended_at !== null && stage !== 'swapped') throw new Error(`The rebuild has ${stage}`);
    if (ended_at !== null) return;
    await sleep(50);
  }
}

async function load(
  watchbook: RunningWatchbook,
  ids: readonly string[],
  rate: { readonly reads: number; readonly writes: number },
  until: () => Promise<void>,
): Promise<Times> {
  const [reads, writes]: [number[], number[]] = [[], []];
  let isOver = false;
  const ended = (): boolean => isOver;
  const reading = atRate(rate.reads, ended, async (n) => {
    const where = n % 2 === 0 ? `/services/${ids[(n * 7) % ids.length]}` : '/services?limit=20';
    const { ms, text } = await watchbook.call('GET', where);
    if (text.includes('"data":[]')) throw new Error('A read saw an empty table');
    reads.push(ms);
  });
  const writing = atRate(rate.writes, ended, async (n) => {
    const where = `/services/${ids[(n * 13) % ids.length]}`;
    const { ms } = await watchbook.call('PATCH', where, { name: `Written ${n} ${writes.length}` });
    writes.push(ms);
  });
  try {
    await until();
  } finally {
    isOver = true;
  }
  await Promise.all([reading, writing]);
  return { reads: quantiles(reads), writes: quantiles(writes) };
}

/** Begins so many a second, whether those before have ended or not. @returns how many there were, when all have ended */
async function atRate(
  perSecond: number,
  isOver: () => boolean,
  act: (n: number) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  const acting: Promise<void>[] = [];
  while (!isOver()) {
    const due = ((performance.now() - began) / 1000) * perSecond;
    while (acting.length < due) acting.push(act(acting.length));
    await sleep(2);
  }
  await Promise.all(acting);
  return acting.length;
}

export function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99) };
}
