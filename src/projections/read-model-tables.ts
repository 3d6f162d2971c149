import { type ClientBase, escapeLiteral } from 'pg';
import { z } from 'zod';
import { type Position } from '../event-store/position.js';
import { advisoryLocks } from '../platform/advisory-locks.js';
import { begin } from '../platform/postgres.js';
import { leaseInterval } from './leases.js';
import { type RowFold } from './row-fold.js';
import { createIndexes, createTable, type Schema } from './table-definition.js';

/** The SQL of the projection engine: tables, rows and checkpoints. */
export const readModelTables = {
  /**
   * Makes the tables of new projections, which start from the beginning of the log. Those that another version has
   * made stay as they are: a rebuild replaces them. Runs under a lock, so that processes that start together do it
   * once.
   */
  async prepare(client: ClientBase, folds: readonly RowFold[]): Promise<void> {
    await client.query(begin);
    try {
      await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.readModelTables]);
      await client.query('CREATE SCHEMA IF NOT EXISTS read');
      for (const fold of folds) await prepareOne(client, fold);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  },

  /** Ids of events that are not to be applied. */
  async readSkipped(
    client: Queryable,
    { name, version }: Pick<RowFold, 'name' | 'version'>,
  ): Promise<ReadonlySet<string>> {
    const { rows } = await client.query<{ event_id: string }>(
      'SELECT event_id FROM readers.skipped WHERE reader = $1 AND version = $2',
      [name, version],
    );
    return new Set(rows.map(({ event_id }) => event_id));
  },

  /**
   * Begins a transaction that has the checkpoints of the readers to itself until it ends; whoever else runs these
   * projections waits. One message, because at full speed round trips are what a batch costs.
   */
  async begin(client: ClientBase, readers: readonly string[]): Promise<Checkpoint[]> {
    const names = readers.map((reader) => escapeLiteral(reader)).join(', ');
    const results: unknown = await client.query(`
      ${begin};
      SET LOCAL synchronous_commit = off;
      SELECT reader, version, position, error, epoch
        FROM readers.checkpoints
       WHERE reader IN (${names})
       ORDER BY reader
         FOR UPDATE`);
    const last = z
      .array(z.object({ rows: z.array(CheckpointRow) }))
      .parse(results)
      .at(-1);
    return (last?.rows ?? []).map(toCheckpoint);
  },

  /** Writes the checkpoints, renews the leases and commits, in one message. */
  async commit(client: ClientBase, checkpoints: readonly CheckpointChange[]): Promise<void> {
    const values = checkpoints.map(({ reader, position, stop }) => {
      const [text, event] = [stop?.error, stop?.eventId].map((value) =>
        value === undefined ? 'NULL' : escapeLiteral(value),
      );
      return `(${escapeLiteral(reader)}, ${position}, ${text}, ${stop?.at ?? 'NULL'}::bigint, ${event}::uuid)`;
    });
    await client.query(`
      UPDATE readers.checkpoints c
         SET position = n.position,
             error = n.error,
             error_at = n.error_at,
             error_event = n.error_event,
             until = CASE WHEN c.owner IS NULL THEN NULL ELSE clock_timestamp() + ${leaseInterval} END,
             updated_at = now()
        FROM (VALUES ${values.join(', ')}) AS n (reader, position, error, error_at, error_event)
       WHERE c.reader = n.reader;
      COMMIT`);
  },

  /** @param schema Of the table: the one that is read, or one that is being built. */
  async loadRows(
    client: ClientBase,
    fold: RowFold,
    keys: readonly string[],
    schema: Schema = 'read',
  ): Promise<unknown[]> {
    const { rows } = await client.query<{ row: unknown }>({
      name: `load-${schema}-${fold.name}`,
      text: `SELECT to_json(t) AS row FROM ${schema}.${fold.name} t WHERE t.${fold.key} = ANY ($1)`,
      values: [keys],
    });
    return rows.map(({ row }) => row);
  },

  async writeRows(client: ClientBase, fold: RowFold, schema: Schema = 'read'): Promise<void> {
    const { upserts, deletes } = fold.changes();
    const table = `${schema}.${fold.name}`;
    const columns = Object.keys(fold.columns);
    for (let from = 0; from < upserts.length; from += maxRowsAtOnce)
      await client.query({
        name: `upsert-${schema}-${fold.name}`,
        text: `
          INSERT INTO ${table} (${columns.join(', ')})
          SELECT ${columns.join(', ')}
            FROM json_populate_recordset(NULL::${table}, $1)
              ON CONFLICT (${fold.key}) DO UPDATE
             SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
        values: [JSON.stringify(upserts.slice(from, from + maxRowsAtOnce))],
      });
    if (deletes.length > 0)
      await client.query({
        name: `delete-${schema}-${fold.name}`,
        text: `DELETE FROM ${table} WHERE ${fold.key} = ANY ($1)`,
        values: [deletes],
      });
  },
};

type Queryable = Pick<ClientBase, 'query'>;

/** More would take this process too long to put into one statement: others wait for it, too. */
const maxRowsAtOnce = 500;

export interface Checkpoint {
  readonly reader: string;
  /** Of the projection that made the table. */
  readonly version: number;
  readonly position: Position;
  /** What stopped the reader; null while it runs. */
  readonly error: string | null;
  /** Counts the takeovers by other processes. */
  readonly epoch: bigint;
}

/** What a batch makes of a checkpoint. */
export interface CheckpointChange {
  readonly reader: string;
  readonly position: Position;
  readonly stop: Stop | null;
}

/** What stops a projection. */
export interface Stop {
  readonly error: string;
  readonly eventId: string;
  readonly at: Position;
}

const CheckpointRow = z.object({
  reader: z.string(),
  version: z.int(),
  position: z.string(),
  error: z.string().nullable(),
  epoch: z.string(),
});
type CheckpointRow = z.infer<typeof CheckpointRow>;

function toCheckpoint({ position, epoch, ...checkpoint }: CheckpointRow): Checkpoint {
  return { ...checkpoint, position: BigInt(position), epoch: BigInt(epoch) };
}

async function prepareOne(client: ClientBase, fold: RowFold): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM readers.checkpoints WHERE reader = $1', [
    fold.name,
  ]);
  if (rowCount !== 0) return;
  await createTable(client, fold, 'read');
  await createIndexes(client, fold, 'read');
  await client.query(
    'INSERT INTO readers.checkpoints (reader, version, position) VALUES ($1, $2, 0)',
    [fold.name, fold.version],
  );
}
