import { describe, expect, it } from '@jest/globals';
import { failed } from '../../src/notifications/attempt.js';
import { isHopeless } from '../../src/notifications/failures.js';
import { patienceMs, retryDelay } from '../../src/notifications/retry-schedule.js';

const began = new Date('2026-03-03T12:00:00.000Z');
const givesUpAt = new Date(began.getTime() + patienceMs);
const passing = failed('status_503', 'Unavailable');
const lasting = failed('status_404', 'Not found', { isLasting: true });

/** All the delays, in seconds, of a delivery that never gets through. */
function delaysOf(failure: typeof passing, random: number): number[] {
  const delays: number[] = [];
  let now = began;
  for (let attempts = 1; ; attempts += 1) {
    const delay = retryDelay(failure, { attempts, now, givesUpAt }, random);
    if (delay === undefined) return delays;
    delays.push(delay / 1000);
    now = new Date(now.getTime() + delay);
  }
}

describe('Trying again', () => {
  it('doubles its delay up to four hours, and ends within a day', () =>
    expect(delaysOf(passing, 1)).toEqual([
      ...[10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120, 10240],
      ...[14400, 14400, 14400, 14400],
    ]));

  it('takes between half of the delay and all of it', () => {
    expect(delaysOf(passing, 0).slice(0, 3)).toEqual([5, 10, 20]);
    const delay = retryDelay(passing, { attempts: 1, now: began, givesUpAt });
    expect(delay).toBeGreaterThanOrEqual(5_000);
    expect(delay).toBeLessThanOrEqual(10_000);
  });

  it('ends after six attempts where the receiver does not want it', () =>
    expect(delaysOf(lasting, 1)).toEqual([10, 20, 40, 80, 160]));

  it.each([
    { retryAfterMs: 60_000, delay: 60_000 },
    { retryAfterMs: 1, delay: 10_000 },
    { retryAfterMs: patienceMs - 1, delay: patienceMs - 1 },
    { retryAfterMs: patienceMs, delay: undefined },
  ])('waits as long as the receiver asks for: $retryAfterMs', ({ retryAfterMs, delay }) =>
    expect(
      retryDelay({ isLasting: false, retryAfterMs }, { attempts: 1, now: began, givesUpAt }, 1),
    ).toBe(delay),
  );
});

describe('A webhook', () => {
  const threeDays = new Date(began.getTime() + 3 * patienceMs);
  const tooSoon = new Date(threeDays.getTime() - 1);

  it.each([
    { attempts: 20, now: threeDays, hopeless: true },
    { attempts: 19, now: threeDays, hopeless: false },
    { attempts: 500, now: tooSoon, hopeless: false },
  ])(
    'is hopeless after three days and twenty attempts: $attempts, $now',
    ({ attempts, now, hopeless }) =>
      expect(isHopeless({ since: began, attempts }, now)).toBe(hopeless),
  );
});
