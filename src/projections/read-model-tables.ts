import { type ClientBase } from 'pg';
import { type Position } from '../event-store/position.js';
import { type RowFold } from './row-fold.js';

/** The SQL of the projection engine: tables, rows and checkpoints. */
export const readModelTables = {
  /**
   * Makes the tables of new projections, and of those whose version in the code is another one; they start from the
   * beginning of the log. Runs under a lock, so that processes that start together do it once.
   */
  async prepare(client: ClientBase, folds: readonly RowFold[]): Promise<void> {
    await client.query('BEGIN');
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

  /** Checkpoints of the readers, locked until the transaction ends; whoever else runs these projections waits. */
  async lockCheckpoints(client: ClientBase, readers: readonly string[]): Promise<Checkpoint[]> {
    const { rows } = await client.query<{ reader: string; position: string; error: string | null }>(
      {
        name: 'lock-checkpoints',
        text: `
        SELECT reader, position, error
          FROM readers.checkpoints
         WHERE reader = ANY ($1)
         ORDER BY reader
           FOR UPDATE`,
        values: [readers],
      },
    );
    return rows.map(({ reader, position, error }) => ({
      reader,
      position: BigInt(position),
      error,
    }));
  },

  async saveCheckpoints(
    client: ClientBase,
    checkpoints: readonly (Checkpoint & { errorAt: Position | null })[],
  ): Promise<void> {
    await client.query({
      name: 'save-checkpoints',
      text: `
        UPDATE readers.checkpoints c
           SET position = n.position, error = n.error, error_at = n.error_at, updated_at = now()
          FROM unnest($1::text[], $2::bigint[], $3::text[], $4::bigint[]) AS n (reader, position, error, error_at)
         WHERE c.reader = n.reader`,
      values: [
        checkpoints.map(({ reader }) => reader),
        checkpoints.map(({ position }) => position.toString()),
        checkpoints.map(({ error }) => error),
        checkpoints.map(({ errorAt }) => errorAt?.toString() ?? null),
      ],
    });
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
  readonly position: Position;
  /** What stopped the reader; null while it runs. */
  readonly error: string | null;
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
