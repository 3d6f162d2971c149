import { type ClientBase } from 'pg';
import { advisoryLocks } from '../platform/advisory-locks.js';
import { type RowFold } from './row-fold.js';

/** Where tables stand: read by queries, being built, replaced and kept, or made for the moment. */
export type Schema = 'read' | 'read_next' | 'read_before' | 'pg_temp';

/** Makes an empty table, in place of whatever is there, without its key and its indexes. */
export async function createTable(
  client: ClientBase,
  fold: RowFold,
  schema: Schema,
): Promise<void> {
  const table = `${schema}.${fold.name}`;
  const columns = Object.entries(fold.columns).map(([column, type]) => `${column} ${type}`);
  if (schema !== 'pg_temp') await createSchema(client, schema);
  await client.query(`DROP TABLE IF EXISTS ${table}`);
  // Rows are rewritten often: room on the page keeps updates off the indexes.
  await client.query(`CREATE TABLE ${table} (${columns.join(', ')}) WITH (fillfactor = 80)`);
}

/**
 * Makes the schema where it is missing, as part of a transaction. `IF NOT EXISTS` fails when two do that at once, so
 * whoever finds none takes the lock of those who make tables.
 */
export async function createSchema(client: ClientBase, schema: Schema): Promise<void> {
  const { rows } = await client.query<{ is_there: boolean }>(
    'SELECT to_regnamespace($1) IS NOT NULL AS is_there',
    [schema],
  );
  if (rows[0]?.is_there === true) return;
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.readModelTables]);
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
}

/** Makes those that are not there yet; the key may be. */
export async function createIndexes(
  client: ClientBase,
  fold: RowFold,
  schema: Schema,
): Promise<void> {
  await createKey(client, fold, schema);
  for (const index of fold.indexes)
    await client.query(index.replace('TABLE', `${schema}.${fold.name}`));
}

export async function createKey(client: ClientBase, fold: RowFold, schema: Schema): Promise<void> {
  const table = `${schema}.${fold.name}`;
  const { rowCount } = await client.query(
    'SELECT FROM pg_index WHERE indrelid = $1::regclass AND indisprimary',
    [table],
  );
  if (rowCount === 0) await client.query(`ALTER TABLE ${table} ADD PRIMARY KEY (${fold.key})`);
}
