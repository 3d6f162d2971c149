import { RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

/** Somebody did something too often; `retryAfterSeconds` says when they may again. */
export class Throttled extends Error {
  override readonly name = 'Throttled';
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}

/** Counts one time, before it happens, so that many at once are counted, too. @throws Throttled with that message */
export async function spend(
  limiter: RateLimiterAbstract,
  key: string,
  message: string,
): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    throw new Throttled(message, Math.max(1, Math.ceil(refused.msBeforeNext / 1000)));
  }
}
