import { type KeepDays } from '../../platform/configuration.js';
import { type Partitioned } from './partitions.js';

/** The tables of measurements, and for how long each is kept; sums of days for ever. */
export function measurements({ results, hourly }: KeepDays): readonly Partitioned[] {
  return [
    { table: 'results', piece: 'day', keepDays: results },
    { table: 'rollups_5m', piece: 'day', keepDays: results },
    { table: 'rollups_1h', piece: 'month', keepDays: hourly },
    { table: 'rollups_1d', piece: 'year', keepDays: undefined },
  ];
}
