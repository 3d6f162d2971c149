/**
 * The numbers of the advisory locks that Watchbook takes in its database, all in one place, so that no two of them
 * are the same. Locks of migrations and of the embedded server's owner have a number space of their own.
 */
export const advisoryLocks = {
  /** Giving positions to events; also in the functions that append, see migrations/. */
  positions: 7_310_578_001,
  /** Making and dropping tables of read models. */
  readModelTables: 7_310_578_002,
  /** Sealing the log. */
  seals: 7_310_578_003,
  /** Writing snapshots. */
  snapshots: 7_310_578_004,
} as const;
