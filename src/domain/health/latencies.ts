/**
 * How long answers took, counted in buckets whose borders grow by a fixed ratio: whatever the times are, any quantile is
 * within two per cent of the true one, and the counts of two hours add up to those of both. This is the DDSketch of
 * Masson, Rim and Lee (VLDB 2019), without its limit on the number of buckets: times up to a minute need 275 at most.
 */
export type Latencies = ReadonlyMap<number, number>;

/** The greatest error of a quantile, as a part of it. */
export const accuracy = 0.02;
export const bucketRatio = (1 + accuracy) / (1 - accuracy);

/** The bucket of a time in ms; what took less than one counts as one. SQL has the same rule, see rollups.ts. */
export function bucketOf(ms: number): number {
  return Math.ceil(Math.log(Math.max(ms, 1)) / Math.log(bucketRatio));
}

/** @param part Between 0 and 1, as 0.95. @returns In ms; null when nothing was counted. */
export function quantile(latencies: Latencies, part: number): number | null {
  const buckets = [...latencies].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  const rank = part * (total - 1);
  let passed = 0;
  for (const [bucket, count] of buckets) {
    passed += count;
    if (passed > rank) return Math.round((2 * bucketRatio ** bucket) / (bucketRatio + 1));
  }
  return null;
}
