import { randomUUID } from 'node:crypto';
import { type Pool } from 'pg';
import { type Position } from '../event-store/position.js';
import { type RowFold } from './row-fold.js';

/** What the database says of a projection, and of who runs it. */
export interface Standing {
  readonly name: string;
  /** Of the projection that made the table. */
  readonly version: number;
  readonly position: Position;
  /** What stopped it; null while it runs. */
  readonly error: string | null;
  /** Counts the takeovers; whoever writes under an old one is refused. */
  readonly epoch: bigint;
  /** Whether it is this process that runs it. */
  readonly isOurs: boolean;
  /** Whether anybody runs it: the lease has not run out, by the clock of the database. */
  readonly isHeld: boolean;
}

/**
 * Makes one process at a time run a projection. A lease is a promise to look after it for so long, renewed with each
 * batch and every second; when its holder is gone, another process takes over as soon as it has run out. Judging that
 * is the database's business: it has the one clock that all processes share.
 *
 * A lease saves work, it does not guard the rows: that is what the epoch is for, which every batch compares.
 */
export class Leases {
  private readonly owner = randomUUID();

  constructor(
    private readonly pool: Pool,
    private readonly folds: readonly Pick<RowFold, 'name' | 'version'>[],
  ) {}

  /** Renews what is ours, takes what is free and of our version, and tells how everything stands then. */
  async take(): Promise<Standing[]> {
    const names = this.folds.map(({ name }) => name);
    const versions = this.folds.map(({ version }) => version);
    // Rows that are locked are being written by whoever runs them, and need no renewal: nobody waits for them here.
    await this.pool.query({
      name: 'take-leases',
      text: `
        WITH free AS (
          SELECT c.reader
            FROM readers.checkpoints c
            JOIN unnest($1::text[], $2::int[]) AS ours (reader, version)
              ON ours.reader = c.reader AND ours.version = c.version
           WHERE c.owner = $3 OR c.until IS NULL OR c.until < clock_timestamp()
           ORDER BY c.reader
             FOR UPDATE OF c SKIP LOCKED
        )
        UPDATE readers.checkpoints c
           SET owner = $3,
               epoch = CASE WHEN c.owner = $3 THEN c.epoch ELSE c.epoch + 1 END,
               until = clock_timestamp() + ${leaseInterval}
          FROM free
         WHERE c.reader = free.reader`,
      values: [names, versions, this.owner],
    });
    const { rows } = await this.pool.query<StandingRow>({
      name: 'read-leases',
      text: `
        SELECT reader, version, position, error, epoch, owner,
               coalesce(until > clock_timestamp(), false) AS is_held
          FROM readers.checkpoints
         WHERE reader = ANY ($1)`,
      values: [names],
    });
    return rows.map(({ reader, position, epoch, owner, is_held, ...row }) => ({
      ...row,
      name: reader,
      position: BigInt(position),
      epoch: BigInt(epoch),
      isOurs: owner === this.owner,
      isHeld: is_held,
    }));
  }

  /** Lets others take over at once. */
  async release(): Promise<void> {
    await this.pool.query(
      'UPDATE readers.checkpoints SET owner = NULL, until = NULL WHERE owner = $1',
      [this.owner],
    );
  }
}

/** For how long a lease holds without being renewed. */
export const leaseInterval = `interval '3 seconds'`;

interface StandingRow {
  readonly reader: string;
  readonly version: number;
  readonly position: string;
  readonly error: string | null;
  readonly epoch: string;
  readonly owner: string | null;
  readonly is_held: boolean;
}
