import { type ClientBase, escapeLiteral } from 'pg';
import { z } from 'zod';
import { type Position } from '../event-store/position.js';
import { begin } from '../platform/postgres.js';
import { type RowFold } from './row-fold.js';

/** The SQL of the projection engine: tables, rows and checkpoints. */
export const readModelTables = {
  /**
   * Makes the tables of new projections, and of those whose version in the code is another one; they start from the
   * beginning of the log. Runs under a lock, so that processes that start together do it once.
   */
  async prepare(client: ClientBase, folds: readonly RowFold[]): Promise<void> {
    await client.query(begin);
    try {
      await client.query('SELECT pg_advisory_xact_lock(7310578002)');
      await client.query('CREATE SCHEMA IF NOT EXISTS read');
      for (const fold of folds) await prepareOne(client, fold);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  },

  /** Where the readers are. */
  async readCheckpoints(client: ClientBase, readers: readonly string[]): Promise<Checkpoint[]> {
    const { rows } = await client.query<CheckpointRow>(
      'SELECT reader, version, position, error FROM readers.checkpoints WHERE reader = ANY ($1)',
      [readers],
    );
    return rows.map(toCheckpoint);
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
      SELECT reader, version, position, error
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

  /** Writes the checkpoints and commits, in one message. */
  async commit(
    client: ClientBase,
    checkpoints: readonly (Omit<Checkpoint, 'version'> & { errorAt: Position | null })[],
  ): Promise<void> {
    const values = checkpoints.map(({ reader, position, error, errorAt }) => {
      const text = error === null ? 'NULL' : escapeLiteral(error);
      return `(${escapeLiteral(reader)}, ${position}, ${text}, ${errorAt ?? 'NULL'}::bigint)`;
    });
    await client.query(`
      UPDATE readers.checkpoints c
         SET position = n.position, error = n.error, error_at = n.error_at, updated_at = now()
        FROM (VALUES ${values.join(', ')}) AS n (reader, position, error, error_at)
       WHERE c.reader = n.reader;
      COMMIT`);
  },

  async loadRows(client: ClientBase, fold: RowFold, keys: readonly string[]): Promise<unknown[]> {
    const { rows } = await client.query<{ row: unknown }>({
      name: `load-${fold.name}`,
      text: `SELECT to_json(t) AS row FROM read.${fold.name} t WHERE t.${fold.key} = ANY ($1)`,
      values: [keys],
    });
    return rows.map(({ row }) => row);
  },

  async writeRows(client: ClientBase, fold: RowFold): Promise<void> {
    const { upserts, deletes } = fold.changes();
    if (upserts.length > 0) {
      const columns = Object.keys(fold.columns);
      await client.query({
        name: `upsert-${fold.name}`,
        text: `
          INSERT INTO read.${fold.name} (${columns.join(', ')})
          SELECT ${columns.join(', ')}
            FROM json_populate_recordset(NULL::read.${fold.name}, $1)
              ON CONFLICT (${fold.key}) DO UPDATE
             SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
        values: [JSON.stringify(upserts)],
      });
    }
    if (deletes.length > 0)
      await client.query({
        name: `delete-${fold.name}`,
        text: `DELETE FROM read.${fold.name} WHERE ${fold.key} = ANY ($1)`,
        values: [deletes],
      });
  },
};

export interface Checkpoint {
  readonly reader: string;
  /** Of the projection that made the table. */
  readonly version: number;
  readonly position: Position;
  /** What stopped the reader; null while it runs. */
  readonly error: string | null;
}

const CheckpointRow = z.object({
  reader: z.string(),
  version: z.int(),
  position: z.string(),
  error: z.string().nullable(),
});
type CheckpointRow = z.infer<typeof CheckpointRow>;

function toCheckpoint({ position, ...checkpoint }: CheckpointRow): Checkpoint {
  return { ...checkpoint, position: BigInt(position) };
}

async function prepareOne(client: ClientBase, fold: RowFold): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    'SELECT version FROM readers.checkpoints WHERE reader = $1',
    [fold.name],
  );
  if (rows[0]?.version === fold.version) return;
  const table = `read.${fold.name}`;
  const columns = Object.entries(fold.columns).map(([column, type]) =>
    column === fold.key ? `${column} ${type} PRIMARY KEY` : `${column} ${type}`,
  );
  await client.query(`DROP TABLE IF EXISTS ${table}`);
  // Rows are rewritten often: room on the page keeps updates off the indexes.
  await client.query(`CREATE TABLE ${table} (${columns.join(', ')}) WITH (fillfactor = 80)`);
  for (const index of fold.indexes) await client.query(index.replace('TABLE', table));
  await client.query(
    `INSERT INTO readers.checkpoints (reader, version, position) VALUES ($1, $2, 0)
         ON CONFLICT (reader) DO UPDATE
        SET version = EXCLUDED.version, position = 0, error = NULL, error_at = NULL, updated_at = now()`,
    [fold.name, fold.version],
  );
}
