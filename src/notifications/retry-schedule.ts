import { type Attempt } from './attempt.js';

/** When to try again, in ms from now; `undefined` for never. */
export type RetryDelay = number | undefined;

export interface Tried {
  /** How often, this time included. */
  readonly attempts: number;
  readonly now: Date;
  /** Exclusive: nothing is tried from then on. */
  readonly givesUpAt: Date;
}

/**
 * Longer after each failure, never the same for two: 10 s, 20 s, 40 s and so on, up to 4 hours, each between half of that
 * and all of it. A receiver that named a time with `Retry-After` is not asked before it. What will hardly get better by
 * itself, such as a 404, is tried six times, within five minutes or so.
 *
 * @param random From 0 to 1.
 */
export function retryDelay(
  { isLasting, retryAfterMs }: Pick<Extract<Attempt, { ok: false }>, 'isLasting' | 'retryAfterMs'>,
  { attempts, now, givesUpAt }: Tried,
  random: number = Math.random(),
): RetryDelay {
  if (isLasting && attempts >= lastingAttempts) return undefined;
  const full = Math.min(firstMs * 2 ** (attempts - 1), longestMs);
  const delay = Math.max(full / 2 + (full / 2) * random, retryAfterMs ?? 0);
  return now.getTime() + delay < givesUpAt.getTime() ? Math.round(delay) : undefined;
}

/** From the first attempt to the last one. */
export const patienceMs = 24 * 60 * 60 * 1000;

const firstMs = 10_000;
const longestMs = 4 * 60 * 60 * 1000;
const lastingAttempts = 6;
