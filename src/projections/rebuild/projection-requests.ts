import { type Pool } from 'pg';
import { type Position, start } from '../../event-store/position.js';
import { type RebuildKind, type RebuildOutcome } from './rebuilds.js';

/** A rebuild that has ended, while the log does not say so yet. */
export interface EndedRebuild {
  readonly rebuildId: string;
  readonly projection: string;
  readonly outcome: RebuildOutcome;
  readonly reason: string | null;
}

/**
 * What administrators want of projections, brought to where whoever carries it out finds it. Doing the same thing
 * twice does no harm.
 */
export class ProjectionRequests {
  constructor(private readonly pool: Pool) {}

  /** @param version That is to be built; `null`: of whoever builds it. */
  async rebuild(id: string, projection: string, version: number | null): Promise<void> {
    await this.add(id, projection, 'rebuild', version);
  }

  async rollBack(id: string, projection: string): Promise<void> {
    await this.add(id, projection, 'rollback', await this.keptVersion(projection));
  }

  /** Of the table that is kept from before a rebuild; `null` when there is none. */
  async keptVersion(projection: string): Promise<number | null> {
    const { rows } = await this.pool.query<{ version: number }>(
      'SELECT version FROM readers.replaced WHERE reader = $1',
      [projection],
    );
    return rows[0]?.version ?? null;
  }

  async cancel(id: string): Promise<void> {
    await this.pool.query('UPDATE readers.rebuilds SET is_cancelled = true WHERE id = $1', [id]);
  }

  /** Lets the projection try the event again that stopped it. */
  async retry(projection: string, eventId: string): Promise<void> {
    await this.pool.query(
      `UPDATE readers.checkpoints
          SET error = NULL, error_at = NULL, error_event = NULL, updated_at = now()
        WHERE reader = $1 AND error_event = $2`,
      [projection, eventId],
    );
  }

  /** Lets this version of the projection pass over the event, in all tables it will ever build. */
  async skip(projection: string, version: number, eventId: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO readers.skipped (reader, version, event_id) VALUES ($1, $2, $3)
           ON CONFLICT DO NOTHING`,
      [projection, version, eventId],
    );
    await this.retry(projection, eventId);
  }

  async ended(): Promise<EndedRebuild[]> {
    const { rows } = await this.pool.query<EndedRow>(
      `SELECT id, reader, stage, reason
         FROM readers.rebuilds
        WHERE stage IN ('swapped', 'cancelled', 'failed') AND NOT is_told
        ORDER BY ended_at`,
    );
    return rows.map(({ id, reader, stage, reason }) => ({
      rebuildId: id,
      projection: reader,
      outcome: stage,
      reason,
    }));
  }

  async markTold(id: string): Promise<void> {
    await this.pool.query('UPDATE readers.rebuilds SET is_told = true WHERE id = $1', [id]);
  }

  async position(): Promise<Position> {
    const { rows } = await this.pool.query<{ position: string }>(
      'SELECT position FROM readers.checkpoints WHERE reader = $1',
      [reader],
    );
    return rows[0] === undefined ? start : BigInt(rows[0].position);
  }

  async savePosition(position: Position): Promise<void> {
    await this.pool.query(
      `INSERT INTO readers.checkpoints AS c (reader, version, position) VALUES ($1, 1, $2)
           ON CONFLICT (reader) DO UPDATE
          SET position = greatest(c.position, EXCLUDED.position), updated_at = now()`,
      [reader, position.toString()],
    );
  }

  private async add(
    id: string,
    projection: string,
    kind: RebuildKind,
    version: number | null,
  ): Promise<void> {
    await this.pool.query(
      `INSERT INTO readers.rebuilds (id, reader, kind, version) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING`,
      [id, projection, kind, version],
    );
  }
}

interface EndedRow {
  readonly id: string;
  readonly reader: string;
  readonly stage: RebuildOutcome;
  readonly reason: string | null;
}

const reader = 'process:projection-control';
