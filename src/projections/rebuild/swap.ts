import { type ClientBase, DatabaseError } from 'pg';
import { type EventStore, type LogEntry } from '../../event-store/event-store.js';
import { type Position } from '../../event-store/position.js';
import { begin } from '../../platform/postgres.js';
import { type RowFold } from '../row-fold.js';
import { createSchema } from '../table-definition.js';
import { type BulkTable } from './bulk-table.js';
import { type Rebuild, saveEnd, saveProgress } from './rebuilds.js';
import { inTransaction } from './transaction.js';

export interface SwapParts {
  readonly store: EventStore;
  readonly client: ClientBase;
  readonly fold: RowFold;
  readonly table: BulkTable;
  readonly rebuild: Rebuild;
}

/**
 * Lets the new table take the place of the one that is read, in one transaction; the other one is kept. First it holds
 * the checkpoint, so that the live table cannot go on, and brings the new one to where that is: so nobody who reads
 * goes back in time. Only then does it ask for the tables, and gives up when somebody keeps them for long: whoever
 * wants to read meanwhile waits no longer than that.
 *
 * @returns Whether it happened; else it is to be tried again, after catching up.
 */
export async function swap({ store, client, fold, table, rebuild }: SwapParts): Promise<boolean> {
  try {
    const exchange = async (): Promise<void> => {
      await client.query(`SET LOCAL lock_timeout = '${lockTimeoutMs}ms'`);
      const live = await holdCheckpoint(client, fold.name);
      const missing = await between(store, rebuild.position, live.position);
      await table.add(missing);
      await table.flush();
      const position = live.position > rebuild.position ? live.position : rebuild.position;
      await client.query(`LOCK TABLE read.${fold.name} IN ACCESS EXCLUSIVE MODE`);
      await replace(client, fold, live, position);
      await saveEnd(client, rebuild, 'swapped', null);
    };
    // Others wait for what it holds: should this side vanish without a word, it must end by itself.
    await inTransaction(client, exchange, begin);
    return true;
  } catch (error) {
    table.forget();
    if (error instanceof TooFarBehind) return false;
    // 55P03: lock_not_available
    if (error instanceof DatabaseError && error.code === '55P03') return false;
    throw error;
  }
}

/** Begins a rollback: the table that was replaced comes out of its drawer, to be brought up to date. */
export async function takeBack(client: ClientBase, waiting: Rebuild): Promise<Rebuild> {
  const name = waiting.projection;
  return inTransaction(client, async () => {
    const { rows } = await client.query<{ position: string }>(
      'DELETE FROM readers.replaced WHERE reader = $1 RETURNING position',
      [name],
    );
    const [kept] = rows;
    if (kept === undefined) throw new Error('No table from before a rebuild is kept any more');
    await createSchema(client, 'read_next');
    await client.query(`DROP TABLE IF EXISTS read_next.${name}`);
    await client.query(`ALTER TABLE read_before.${name} SET SCHEMA read_next`);
    const rebuild: Rebuild = {
      ...waiting,
      stage: 'catching-up',
      position: BigInt(kept.position),
    };
    await saveProgress(client, rebuild);
    return rebuild;
  });
}

/** Ends a rollback that is not to be: the table is kept as before, as far as it has come. Part of a transaction. */
export async function putBack(client: ClientBase, name: string): Promise<void> {
  const { rowCount } = await client.query(
    `INSERT INTO readers.replaced (reader, version, position)
     SELECT reader, version, position
       FROM readers.rebuilds
      WHERE reader = $1 AND stage = 'catching-up'`,
    [name],
  );
  if (rowCount !== 0) await client.query(`ALTER TABLE read_next.${name} SET SCHEMA read_before`);
}

async function holdCheckpoint(client: ClientBase, name: string): Promise<Live> {
  const { rows } = await client.query<{ version: number; position: string }>(
    'SELECT version, position FROM readers.checkpoints WHERE reader = $1 FOR UPDATE',
    [name],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`Projection ${name} has no checkpoint`);
  return { version: row.version, position: BigInt(row.position) };
}

/** What the live table has and the new one has not: a few events, or it is not the time yet. */
async function between(store: EventStore, after: Position, upTo: Position): Promise<LogEntry[]> {
  if (upTo <= after) return [];
  for await (const batch of store.readAll({ after })) {
    if (batch.upTo < upTo) break;
    return batch.entries.filter(({ position }) => position <= upTo);
  }
  throw new TooFarBehind();
}

async function replace(
  client: ClientBase,
  { name, version }: RowFold,
  live: Live,
  position: Position,
): Promise<void> {
  await createSchema(client, 'read_before');
  await client.query(`DROP TABLE IF EXISTS read_before.${name}`);
  await client.query(`ALTER TABLE read.${name} SET SCHEMA read_before`);
  await client.query(`ALTER TABLE read_next.${name} SET SCHEMA read`);
  await client.query(
    `INSERT INTO readers.replaced (reader, version, position) VALUES ($1, $2, $3)
         ON CONFLICT (reader) DO UPDATE
        SET version = EXCLUDED.version, position = EXCLUDED.position, replaced_at = now()`,
    [name, live.version, live.position.toString()],
  );
  // Whoever runs the live table finds that the lease is no longer theirs, and takes it anew, with the new rows.
  await client.query(
    `UPDATE readers.checkpoints
        SET version = $2, position = $3, error = NULL, error_at = NULL, error_event = NULL,
            owner = NULL, until = NULL, epoch = epoch + 1, updated_at = now()
      WHERE reader = $1`,
    [name, version, position.toString()],
  );
}

interface Live {
  readonly version: number;
  readonly position: Position;
}

/** Between the live table and the new one lies more than can be made up for while everybody waits. */
class TooFarBehind extends Error {
  override readonly name = 'TooFarBehind';
}

const lockTimeoutMs = 150;
