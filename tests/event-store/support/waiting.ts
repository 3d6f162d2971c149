import { setTimeout as sleep } from 'node:timers/promises';

/** Until the condition holds; fails when it does not in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  patienceMs = 10_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not in time: ${what}`);
    await sleep(2);
  }
}

/** The promise's outcome, or a failure when it takes longer. */
export async function within<T>(patienceMs: number, what: string, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  const tooLate = sleep(patienceMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`Not within ${patienceMs} ms: ${what}`);
  });
  // Cancelled when the race is won by the other one.
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    timer.abort();
  }
}

export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}

export interface RaceResult<T> {
  readonly winners: readonly T[];
  readonly losers: readonly unknown[];
}

/** Holds all of them at a gate, lets them run at once, and counts who won. */
export async function race<T>(
  count: number,
  attempt: (index: number) => Promise<T>,
): Promise<RaceResult<T>> {
  const start = gate();
  const running = Array.from({ length: count }, async (_, index) => {
    await start.opened;
    return attempt(index);
  });
  start.open();
  return outcome(await Promise.allSettled(running));
}

export function outcome<T>(settled: readonly PromiseSettledResult<T>[]): RaceResult<T> {
  const winners: T[] = [];
  const losers: unknown[] = [];
  for (const result of settled) {
    if (result.status === 'fulfilled') winners.push(result.value);
    else losers.push(result.reason);
  }
  return { winners, losers };
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`Nothing failed; there was ${String(value)}`);
}
