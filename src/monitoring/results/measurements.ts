import { type Partitioned } from './partitions.js';

/** For how many days measurements are kept. */
export interface Retention {
  /** Single results, and their sums of five minutes. */
  readonly results: number;
  readonly hourly: number;
}

/** The tables of measurements, and for how long each is kept; sums of days for ever. */
export function measurements({ results, hourly }: Retention): readonly Partitioned[] {
  return [
    { table: 'results', piece: 'day', keepDays: results },
    { table: 'rollups_5m', piece: 'day', keepDays: results },
    { table: 'rollups_1h', piece: 'month', keepDays: hourly },
    { table: 'rollups_1d', piece: 'year', keepDays: undefined },
  ];
}
