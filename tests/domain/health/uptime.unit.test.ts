import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Span, timeSpent, type Turn, uptimeOf } from '../../../src/domain/health/uptime.js';

const hour = 3_600_000;
const day: Span = { from: 0, to: 24 * hour };
const spent = (turns: readonly Turn[], silences: readonly Span[] = [], window = day) =>
  timeSpent(turns, silences, window, 'up');

describe('The time of a service', () => {
  it('given an outage of six hours in a day, then it was up for three quarters', () => {
    const time = spent([
      { at: 0, to: 'watched' },
      { at: 0, to: 'healthy' },
      { at: 6 * hour, to: 'unhealthy' },
      { at: 12 * hour, to: 'healthy' },
    ]);

    expect(time).toEqual({ up: 18 * hour, down: 6 * hour, unknown: 0, maintenance: 0 });
    expect(uptimeOf(time)).toBe(0.75);
  });

  it('given a pause, then it counts neither for nor against it', () => {
    const time = spent([
      { at: 0, to: 'watched' },
      { at: 0, to: 'healthy' },
      { at: 6 * hour, to: 'paused' },
      { at: 6 * hour, to: 'unknown' },
      { at: 12 * hour, to: 'watched' },
      { at: 13 * hour, to: 'healthy' },
    ]);

    expect(time).toEqual({ up: 17 * hour, down: 0, unknown: hour, maintenance: 6 * hour });
    expect(uptimeOf(time)).toBe(1);
  });

  it('given it was registered at noon and deleted in the evening, then nothing else counts', () => {
    const time = spent([
      { at: 12 * hour, to: 'watched' },
      { at: 12 * hour, to: 'healthy' },
      { at: 18 * hour, to: 'gone' },
    ]);

    expect(time).toEqual({ up: 6 * hour, down: 0, unknown: 0, maintenance: 0 });
  });

  it('given nothing was measured for a while, then that time is unknown, whatever was known before', () => {
    const turns: Turn[] = [
      { at: 0, to: 'watched' },
      { at: 0, to: 'healthy' },
      { at: 12 * hour, to: 'unhealthy' },
    ];

    const time = spent(turns, [{ from: 10 * hour, to: 14 * hour }]);

    expect(time).toEqual({ up: 10 * hour, down: 10 * hour, unknown: 4 * hour, maintenance: 0 });
  });

  it('given it was degraded, then the contract says what that counts as', () => {
    const turns: Turn[] = [
      { at: 0, to: 'watched' },
      { at: 0, to: 'degraded' },
    ];

    expect(timeSpent(turns, [], day, 'up')).toMatchObject({ up: 24 * hour, down: 0 });
    expect(timeSpent(turns, [], day, 'down')).toMatchObject({ up: 0, down: 24 * hour });
  });

  it('given nothing is known, then there is no uptime', () => {
    expect(uptimeOf(spent([]))).toBeNull();
    expect(uptimeOf(spent([{ at: 0, to: 'watched' }]))).toBeNull();
  });

  it('adds up: two windows side by side make the whole one', () => {
    const moment = fc.integer({ min: 0, max: 24 });
    const turn = fc.record({
      at: moment.map((at) => at * hour),
      to: fc.constantFrom<Turn['to']>(
        ...(['watched', 'paused', 'gone', 'healthy', 'degraded', 'unhealthy', 'unknown'] as const),
      ),
    });
    fc.assert(
      fc.property(fc.array(turn), moment, moment, moment, (turns, a, b, cut) => {
        const silences = [{ from: Math.min(a, b) * hour, to: Math.max(a, b) * hour }];
        const whole = spent(turns, silences);
        const [first, second] = [
          spent(turns, silences, { from: 0, to: cut * hour }),
          spent(turns, silences, { from: cut * hour, to: day.to }),
        ];
        expect(whole).toEqual({
          up: first.up + second.up,
          down: first.down + second.down,
          unknown: first.unknown + second.unknown,
          maintenance: first.maintenance + second.maintenance,
        });
        const total = whole.up + whole.down + whole.unknown + whole.maintenance;
        expect(total).toBeLessThanOrEqual(day.to);
      }),
    );
  });
});
