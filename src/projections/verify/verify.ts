import { type Client, type ClientBase } from 'pg';
import { type EventStore, type LogEntry } from '../../event-store/event-store.js';
import { type Position } from '../../event-store/position.js';
import { readModelTables } from '../read-model-tables.js';
import { BulkTable } from '../rebuild/bulk-table.js';
import { inTransaction } from '../rebuild/transaction.js';
import { type RowFold } from '../row-fold.js';
import { createTable } from '../table-definition.js';
import { type Comparison, compareTables } from './compare-tables.js';

/** What came of comparing a table with the log. */
export interface Verification extends Omit<Comparison, 'differences'> {
  readonly projection: string;
  readonly version: number;
  /** Where table and fold were compared. */
  readonly position: Position;
  /** The first of them; `differing` says how many there are. */
  readonly differences: readonly VerifiedDifference[];
}

type VerifiedDifference = Comparison['differences'][number] & {
  /** The event that touched the row last, whatever that should have led to; `undefined`: none ever did. */
  readonly lastEvent: LogEntry | undefined;
};

/** Another version of the projection made the table: what this one folds must differ. */
export class VersionDiffers extends Error {
  override readonly name = 'VersionDiffers';
}

/** What is made for a comparison has to stay on the connection; the message says how to get one. */
export class NoConnectionOfItsOwn extends Error {
  override readonly name = 'NoConnectionOfItsOwn';
}

/**
 * Folds the log anew and compares with the table at one position. The table is copied in a snapshot that ends before
 * the fold begins, so that nobody is held up; what is made for it is gone with the connection.
 *
 * @param client A connection of its own, whose statements may take their time.
 * @param fold One that knows nothing yet.
 * @throws VersionDiffers, IndigestibleEvent
 */
export async function verify(
  store: EventStore,
  client: Client,
  fold: RowFold,
): Promise<Verification> {
  const { name: projection, version } = fold;
  const position = await copyLive(client, fold);
  await foldUpTo(position, store, client, fold);
  const { differences, ...comparison } = await compareTables(client, fold);
  const lastEvents = await lastEventsOf(
    new Set(differences.map(({ key }) => key)),
    position,
    store,
    fold,
  );
  return {
    ...comparison,
    projection,
    version,
    position,
    differences: differences.map((one) => ({ ...one, lastEvent: lastEvents.get(one.key) })),
  };
}

async function copyLive(client: ClientBase, { name, version }: RowFold): Promise<Position> {
  return inTransaction(client, async () => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    const { rows } = await client.query<{ version: number; position: string }>(
      'SELECT version, position FROM readers.checkpoints WHERE reader = $1',
      [name],
    );
    const [checkpoint] = rows;
    if (checkpoint === undefined) throw new Error(`Projection ${name} has no checkpoint`);
    if (checkpoint.version !== version)
      throw new VersionDiffers(
        `Version ${checkpoint.version} made the table of ${name}; this is version ${version}`,
      );
    await client.query(`CREATE TEMPORARY TABLE live AS TABLE read.${name}`);
    return BigInt(checkpoint.position);
  });
}

async function foldUpTo(
  position: Position,
  store: EventStore,
  client: ClientBase,
  fold: RowFold,
): Promise<void> {
  await createTable(client, fold, 'pg_temp');
  const skipped = await readModelTables.readSkipped(client, fold);
  const table = new BulkTable(client, fold, 'pg_temp', skipped, 'empty');
  for await (const entries of upTo(position, store)) {
    await table.add(entries);
    if (table.isFull) await inTransaction(client, () => table.flush());
  }
  await inTransaction(client, () => table.flush());
}

async function* upTo(position: Position, store: EventStore): AsyncIterable<readonly LogEntry[]> {
  if (position === 0n) return;
  for await (const batch of store.readAll()) {
    const isLast = batch.upTo >= position;
    yield isLast ? batch.entries.filter((entry) => entry.position <= position) : batch.entries;
    if (isLast) return;
  }
}

/** Only where something differs is it worth reading the log once more. */
async function lastEventsOf(
  keys: ReadonlySet<string>,
  position: Position,
  store: EventStore,
  fold: RowFold,
): Promise<ReadonlyMap<string, LogEntry>> {
  const found = new Map<string, LogEntry>();
  if (keys.size === 0) return found;
  for await (const entries of upTo(position, store))
    for (const entry of entries) {
      const key = fold.keyOf(entry);
      if (key !== undefined && keys.has(key)) found.set(key, entry);
    }
  return found;
}
