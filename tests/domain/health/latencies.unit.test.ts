import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accuracy, bucketOf, quantile } from '../../../src/domain/health/latencies.js';

function counted(times: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const ms of times) counts.set(bucketOf(ms), (counts.get(bucketOf(ms)) ?? 0) + 1);
  return counts;
}

describe('Latencies in buckets', () => {
  it('have quantiles within two per cent, and half a ms of rounding, of the true ones', () => {
    const times = fc.array(fc.integer({ min: 1, max: 60_000 }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(times, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (all, part) => {
        const sorted = [...all].sort((a, b) => a - b);
        const truth = sorted[Math.floor(part * (sorted.length - 1))] ?? NaN;
        const told = quantile(counted(all), part) ?? NaN;
        expect(Math.abs(told - truth)).toBeLessThanOrEqual(accuracy * truth + 0.5);
      }),
    );
  });

  it('need few buckets, whatever the times are', () => {
    expect(bucketOf(0)).toBe(0);
    expect(bucketOf(60_000)).toBeLessThanOrEqual(276);
  });

  it('have no quantile when there are none', () => {
    expect(quantile(new Map(), 0.5)).toBeNull();
  });
});
