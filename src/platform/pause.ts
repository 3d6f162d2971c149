import { setTimeout } from 'node:timers/promises';

/** Resolves after so many milliseconds, or at once when the signal says so. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => undefined);
}
