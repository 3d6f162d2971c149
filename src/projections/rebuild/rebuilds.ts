import { randomUUID } from 'node:crypto';
import { type ClientBase, type Pool } from 'pg';
import { type Position } from '../../event-store/position.js';
import { leaseInterval } from '../leases.js';
import { type RowFold } from '../row-fold.js';

export type RebuildKind = 'rebuild' | 'rollback';
export type RebuildStage = 'waiting' | 'loading' | 'indexing' | 'catching-up';
export type RebuildOutcome = 'swapped' | 'cancelled' | 'failed';

/** A rebuild that this process is carrying out. */
export interface Rebuild {
  readonly id: string;
  readonly projection: string;
  readonly kind: RebuildKind;
  readonly stage: RebuildStage;
  /** Rows of the table are those of this position, and so many events were folded. */
  readonly position: Position;
  readonly events: number;
  /** Counts the takeovers; whoever writes under an old one is refused. */
  readonly epoch: bigint;
}

/** Somebody wants it to end. */
export class RebuildCancelled extends Error {
  override readonly name = 'RebuildCancelled';
}

/** Another process has taken over. */
export class RebuildTakenOver extends Error {
  override readonly name = 'RebuildTakenOver';
}

/** The rebuilds as the database knows them: who carries one out holds a lease on it, as on a projection. */
export class Rebuilds {
  private readonly owner = randomUUID();

  constructor(private readonly pool: Pool) {}

  /** Takes on a rebuild that nobody carries out, and that one of these folds can; one that is cancelled, too. */
  async claim(folds: readonly Pick<RowFold, 'name' | 'version'>[]): Promise<Rebuild | undefined> {
    const { rows } = await this.pool.query<RebuildRow>(
      `WITH free AS (
         SELECT r.id, ours.version
           FROM readers.rebuilds r
           JOIN unnest($1::text[], $2::int[]) AS ours (reader, version)
             ON ours.reader = r.reader AND (ours.version = r.version OR r.version IS NULL OR r.is_cancelled)
          WHERE ${isUnderway('r')}
            AND (r.until IS NULL OR r.until < clock_timestamp())
          ORDER BY r.requested_at
          LIMIT 1
            FOR UPDATE OF r SKIP LOCKED
       )
       UPDATE readers.rebuilds r
          SET owner = $3,
              epoch = r.epoch + 1,
              until = clock_timestamp() + ${leaseInterval},
              version = coalesce(r.version, free.version),
              started_at = coalesce(r.started_at, now()),
              updated_at = now()
         FROM free
        WHERE r.id = free.id
       RETURNING r.id, r.reader, r.kind, r.stage, r.position, r.events, r.epoch`,
      [folds.map(({ name }) => name), folds.map(({ version }) => version), this.owner],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    const { reader: projection, position, events, epoch, ...rebuild } = row;
    return {
      ...rebuild,
      projection,
      position: BigInt(position),
      events: Number(events),
      epoch: BigInt(epoch),
    };
  }

  /** Whether there is one that nobody carries out. */
  async isAnyWaiting(): Promise<boolean> {
    const { rowCount } = await this.pool.query(
      `SELECT FROM readers.rebuilds r
        WHERE ${isUnderway('r')} AND (r.until IS NULL OR r.until < clock_timestamp())
        LIMIT 1`,
    );
    return rowCount !== 0;
  }

  /**
   * Keeps the lease, and says how far it has come.
   *
   * @throws RebuildCancelled, RebuildTakenOver
   */
  async renew(
    { id, epoch }: Rebuild,
    seen: { readonly position: Position; readonly events: number },
  ): Promise<void> {
    const { rows } = await this.pool.query<{ is_cancelled: boolean }>(
      `UPDATE readers.rebuilds
          SET until = clock_timestamp() + ${leaseInterval}, seen_position = $3, seen_events = $4, updated_at = now()
        WHERE id = $1 AND epoch = $2 AND ${isUnderway('rebuilds')}
       RETURNING is_cancelled`,
      [id, epoch.toString(), seen.position.toString(), seen.events],
    );
    refuse(rows[0]);
  }

  /** Lets another process go on at once. */
  async release({ id, epoch }: Rebuild): Promise<void> {
    await this.pool.query(
      'UPDATE readers.rebuilds SET owner = NULL, until = NULL WHERE id = $1 AND epoch = $2',
      [id, epoch.toString()],
    );
  }
}

/**
 * Writes into the rebuild what stands in its table now; part of the transaction that made it so.
 *
 * @throws RebuildCancelled, RebuildTakenOver
 */
export async function saveProgress(
  client: ClientBase,
  { id, epoch, stage, position, events }: Rebuild,
): Promise<void> {
  const { rows } = await client.query<{ is_cancelled: boolean }>(
    `UPDATE readers.rebuilds
        SET stage = $3, position = $4, events = $5, seen_position = $4, seen_events = $5,
            until = clock_timestamp() + ${leaseInterval}, updated_at = now()
      WHERE id = $1 AND epoch = $2 AND ${isUnderway('rebuilds')}
     RETURNING is_cancelled`,
    [id, epoch.toString(), stage, position.toString(), events],
  );
  refuse(rows[0]);
}

/** Writes how it ended, as part of a transaction. @throws RebuildTakenOver */
export async function saveEnd(
  client: ClientBase,
  { id, epoch }: Rebuild,
  outcome: RebuildOutcome,
  reason: string | null,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE readers.rebuilds
        SET stage = $3, reason = $4, ended_at = now(), updated_at = now(), owner = NULL, until = NULL
      WHERE id = $1 AND epoch = $2 AND ${isUnderway('rebuilds')}`,
    [id, epoch.toString(), outcome, reason],
  );
  if (rowCount === 0) throw new RebuildTakenOver('Another process carries this rebuild out');
}

function refuse(row: { is_cancelled: boolean } | undefined): void {
  if (row === undefined) throw new RebuildTakenOver('Another process carries this rebuild out');
  if (row.is_cancelled) throw new RebuildCancelled('The rebuild was cancelled');
}

function isUnderway(table: string): string {
  return `${table}.stage NOT IN ('swapped', 'cancelled', 'failed')`;
}

interface RebuildRow {
  readonly id: string;
  readonly reader: string;
  readonly kind: RebuildKind;
  readonly stage: RebuildStage;
  readonly position: string;
  readonly events: string;
  readonly epoch: string;
}
