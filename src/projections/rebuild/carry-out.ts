import { type Client, type ClientBase, DatabaseError } from 'pg';
import { type EventStore } from '../../event-store/event-store.js';
import { start } from '../../event-store/position.js';
import { pause } from '../../platform/pause.js';
import { isRefusal } from '../apply-batch.js';
import { readModelTables } from '../read-model-tables.js';
import { type RowFold } from '../row-fold.js';
import { createIndexes, createKey, createTable } from '../table-definition.js';
import { BulkTable, IndigestibleEvent } from './bulk-table.js';
import { type Rebuild, saveEnd, saveProgress } from './rebuilds.js';
import { putBack, swap, takeBack } from './swap.js';
import { inTransaction } from './transaction.js';

/**
 * Carries a rebuild out that this process has claimed, from wherever the last one left it up to the swap.
 *
 * @throws RebuildCancelled, RebuildTakenOver, RebuildFailed, the reason of the signal; anything else interrupted it, and
 *   it can go on.
 */
export type CarryOut = (claimed: Rebuild, watch: RebuildWatch) => Promise<void>;

export interface RebuildWatch {
  /** Lets it end where it is. */
  readonly signal: AbortSignal;
  /** Is told how far it has come, after each batch. */
  readonly onProgress: (rebuild: Rebuild) => void;
}

/** Trying again would end in the same way; the message says why. */
export class RebuildFailed extends Error {
  override readonly name = 'RebuildFailed';
}

export interface CarryOutParts {
  readonly store: EventStore;
  readonly folds: readonly RowFold[];
  /** Opens a connection whose statements may take as long as they need. */
  readonly connect: () => Promise<Client>;
}

/** Carries rebuilds out in this thread. */
export function carryOutWith({ store, folds, connect }: CarryOutParts): CarryOut {
  return async (claimed, watch) => {
    const fold = folds.find(({ name }) => name === claimed.projection)?.anew();
    if (fold === undefined) throw new Error(`Unreachable: no projection ${claimed.projection}`);
    const client = await connect();
    try {
      await carryOut(claimed, { store, client, fold, ...watch });
    } catch (error) {
      throw isFinal(error) ? new RebuildFailed(error.message, { cause: error }) : error;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

/** An event, a row the database refuses (or a table), a full disk. */
function isFinal(error: unknown): error is Error {
  if (error instanceof IndigestibleEvent || isRefusal(error)) return true;
  // 53100: disk_full; class 42: something is not there, or there twice.
  return error instanceof DatabaseError && /^(53100|42)/.test(error.code ?? '');
}

interface RebuildParts extends RebuildWatch {
  readonly store: EventStore;
  /** A connection of its own, whose statements may take their time. */
  readonly client: ClientBase;
  /** A fold that knows nothing yet. */
  readonly fold: RowFold;
}

/**
 * Builds a table beside the one that is read, and lets it take over. Each stage ends in a transaction that says so:
 * whoever goes on after a kill begins where the last one ended.
 *
 *   loading      folds the log and copies the rows into a table without indexes
 *   indexing     makes key and indexes, and lets the planner look at the rows
 *   catching-up  applies what has happened since, then swaps
 *
 * @throws IndigestibleEvent, RebuildCancelled, RebuildTakenOver, and the reason of the signal
 */
export async function carryOut(begun: Rebuild, parts: RebuildParts): Promise<void> {
  const { client, fold } = parts;
  let rebuild = begun;
  if (rebuild.stage === 'waiting')
    rebuild =
      rebuild.kind === 'rebuild' ? await begin(rebuild, parts) : await takeBack(client, rebuild);
  const skipped = await readModelTables.readSkipped(client, fold);
  const isEmpty = rebuild.stage === 'loading' && rebuild.position === start;
  const table = new BulkTable(client, fold, 'read_next', skipped, isEmpty ? 'empty' : 'filled');
  if (rebuild.stage === 'loading') rebuild = await load(rebuild, table, parts);
  if (rebuild.stage === 'indexing') rebuild = await index(rebuild, parts);
  table.afterLoading();
  await catchUpAndSwap(rebuild, table, parts);
}

/** Throws away what was built, or puts the table that was to come back where it was; says why. */
export async function abandon(
  client: ClientBase,
  rebuild: Rebuild,
  outcome: 'cancelled' | 'failed',
  reason: string | null,
): Promise<void> {
  const { projection, kind } = rebuild;
  await inTransaction(client, async () => {
    if (kind === 'rebuild') await client.query(`DROP TABLE IF EXISTS read_next.${projection}`);
    else await putBack(client, projection);
    await saveEnd(client, rebuild, outcome, reason);
  });
}

async function begin(rebuild: Rebuild, { client, fold }: RebuildParts): Promise<Rebuild> {
  const begun: Rebuild = { ...rebuild, stage: 'loading', position: start, events: 0 };
  await inTransaction(client, async () => {
    await createTable(client, fold, 'read_next');
    await saveProgress(client, begun);
  });
  return begun;
}

async function load(
  begun: Rebuild,
  table: BulkTable,
  { store, client, fold, signal, onProgress }: RebuildParts,
): Promise<Rebuild> {
  let rebuild = begun;
  let savedAt = performance.now();
  if (begun.position !== start && !fold.appendOnly) await createKey(client, fold, 'read_next');
  const save = (): Promise<void> =>
    inTransaction(client, async () => {
      // A crash of the server takes rows and progress back together.
      await client.query('SET LOCAL synchronous_commit = off');
      await table.flush();
      await saveProgress(client, rebuild);
    });
  for await (const { entries, upTo } of store.readAll({ after: rebuild.position })) {
    signal.throwIfAborted();
    await table.add(entries);
    rebuild = { ...rebuild, position: upTo, events: rebuild.events + entries.length };
    onProgress(rebuild);
    if (table.isFull || performance.now() - savedAt > saveEveryMs) {
      await save();
      savedAt = performance.now();
    }
  }
  rebuild = { ...rebuild, stage: 'indexing' };
  await save();
  return rebuild;
}

async function index(loaded: Rebuild, { client, fold }: RebuildParts): Promise<Rebuild> {
  const rebuild: Rebuild = { ...loaded, stage: 'catching-up' };
  await inTransaction(client, async () => {
    await createIndexes(client, fold, 'read_next');
    await client.query(`ANALYZE read_next.${fold.name}`);
    await saveProgress(client, rebuild);
  });
  return rebuild;
}

async function catchUpAndSwap(
  indexed: Rebuild,
  table: BulkTable,
  { store, client, fold, signal, onProgress }: RebuildParts,
): Promise<void> {
  let rebuild = indexed;
  for (let attempt = 1; ; attempt += 1) {
    for await (const { entries, upTo } of store.readAll({ after: rebuild.position })) {
      signal.throwIfAborted();
      if (entries.length === 0) continue;
      rebuild = { ...rebuild, position: upTo, events: rebuild.events + entries.length };
      await inTransaction(client, async () => {
        await client.query('SET LOCAL synchronous_commit = off');
        await table.add(entries);
        await table.flush();
        await saveProgress(client, rebuild);
      });
      onProgress(rebuild);
    }
    if (await swap({ store, client, fold, table, rebuild })) return;
    // Somebody reads for long, or the live table has gone further: a little later it may be better.
    await pause(Math.min(attempt * 50, 1_000), signal);
    signal.throwIfAborted();
  }
}

/** So much work may be lost by a kill while all rows are in memory, in milliseconds. */
const saveEveryMs = 10_000;
