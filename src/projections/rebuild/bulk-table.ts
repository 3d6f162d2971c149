import { type ClientBase } from 'pg';
import { type LogEntry } from '../../event-store/event-store.js';
import { inSlices } from '../../platform/slices.js';
import { concerns, loadMissing } from '../apply-batch.js';
import { readModelTables } from '../read-model-tables.js';
import { type RowFold } from '../row-fold.js';
import { createKey, type Schema } from '../table-definition.js';
import { copyRows } from './copy-rows.js';

/** An event that the fold cannot digest. */
export class IndigestibleEvent extends Error {
  override readonly name = 'IndigestibleEvent';
}

/**
 * A table that is filled from the beginning of the log. As long as all of its rows fit into memory, they are folded
 * there and copied into it whole; beyond that, rows are written back and loaded again when an event is about them, so
 * that the memory it takes has a bound.
 */
export class BulkTable {
  private mode: 'whole' | 'appending' | 'paged';

  /**
   * @param fold One that knows nothing yet.
   * @param begun `empty`: the table is as `createTable` leaves it; `filled`: it holds rows of an earlier try.
   */
  constructor(
    private readonly client: ClientBase,
    private readonly fold: RowFold,
    private readonly schema: Schema,
    private readonly skipped: ReadonlySet<string>,
    begun: 'empty' | 'filled',
  ) {
    if (fold.appendOnly) this.mode = 'appending';
    else this.mode = begun === 'empty' ? 'whole' : 'paged';
  }

  /** Whether it holds as many changes as are good for it, and wants to be flushed. */
  get isFull(): boolean {
    return this.fold.pending >= maxPending;
  }

  /** @throws IndigestibleEvent */
  async add(entries: readonly LogEntry[]): Promise<void> {
    const { fold, skipped } = this;
    const ours = entries.filter((entry) => concerns(fold, entry) && !skipped.has(entry.id));
    if (this.mode === 'paged') await loadMissing(this.client, fold, ours, this.schema);
    await inSlices(ours, (entry) => {
      try {
        fold.apply(entry);
      } catch (error) {
        const { id, position } = entry;
        const reason = error instanceof Error ? error.message : String(error);
        throw new IndigestibleEvent(`Event ${id} at position ${position}: ${reason}`, {
          cause: error,
        });
      }
    });
  }

  /** Brings the table to where the fold is. Runs in a transaction of the caller's. */
  async flush(): Promise<void> {
    const { client, fold, schema } = this;
    switch (this.mode) {
      case 'whole': {
        // From the start again: that is cheaper than finding out which of the rows there have changed.
        await client.query(`TRUNCATE ${schema}.${fold.name}`);
        await copyRows(client, fold, schema, fold.changes().upserts, 'WITH (FREEZE)');
        if (!this.isFull) return;
        await createKey(client, fold, schema);
        this.mode = 'paged';
        break;
      }
      case 'appending':
        await copyRows(client, fold, schema, fold.changes().upserts);
        break;
      case 'paged':
        await readModelTables.writeRows(client, fold, schema);
    }
    fold.keep();
  }

  /** From here on rows are looked up by their key, which the table has by now. */
  afterLoading(): void {
    this.mode = 'paged';
    this.fold.keep();
  }

  /** The transaction was rolled back: what was folded since is to be folded again. */
  forget(): void {
    this.fold.forget();
  }
}

/** Rows of a hundred bytes to some kilobytes. */
const maxPending = 50_000;
