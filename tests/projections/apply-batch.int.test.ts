import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool, type PoolClient } from 'pg';
import { type LogBatch } from '../../src/event-store/event-store.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import {
  applyBatch,
  OvertakenByAnother,
  type Progress,
} from '../../src/projections/apply-batch.js';
import { readModelTables } from '../../src/projections/read-model-tables.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { PostgresLog } from '../event-store/support/postgres.js';
import { readBatches } from '../event-store/support/reading.js';
import { failure } from '../event-store/support/waiting.js';
import { type Cast, changeAll, newCast } from './support/happenings.js';
import { checkpoint, tableOf } from './support/read-models.js';

let log: PostgresLog;
let cast: Cast;
let pool: Pool;
let client: PoolClient;
let batch: LogBatch;

beforeEach(async () => {
  log = await PostgresLog.create();
  pool = createPool(log.url, 1, createLogger('silent'));
  client = await pool.connect();
  await readModelTables.prepare(client, [rowFold(services)]);
  const store = log.open();
  cast = await newCast(store);
  await changeAll(store, cast, 'more');
  [batch = { entries: [], upTo: 0n, atEnd: true }] = await readBatches(store);
});
afterEach(async () => {
  client.release();
  await pool.end();
  await log.close();
});

/** A process that has seen nothing yet. */
function newcomer(): Progress[] {
  const skipped = new Set<string>();
  return [{ fold: rowFold(services), position: 0n, epoch: 0n, skipped, error: null }];
}

async function tagsOnService(): Promise<unknown> {
  const [row] = await log.query('SELECT cardinality(tag_ids) AS tags FROM read.services');
  return row?.['tags'];
}

describe('Applying a batch', () => {
  it('given the checkpoint is where it thinks, then rows and checkpoint are written', async () => {
    const [after] = await applyBatch(client, newcomer(), batch);

    expect(after).toMatchObject({ position: batch.upTo, error: null });
    expect(await checkpoint(log, 'services')).toMatchObject({ position: batch.upTo });
    expect(await tagsOnService()).toBe(2);
  });

  it.each([
    ['has come further', 'position = position + 1'],
    ['has taken over', 'epoch = epoch + 1'],
    ['was stopped by an event', `error = 'An event stopped it'`],
    ['has built the table anew, as another version', 'version = version + 1'],
  ])('given another one %s, then nothing is written over that', async (_, change) => {
    const progress = await applyBatch(client, newcomer(), batch);
    await log.query(`UPDATE readers.checkpoints SET ${change}`);
    const [rows, before] = [await tableOf(log, services), await checkpoint(log, 'services')];
    await changeAll(log.open(), cast, 'even more');
    const [next = batch] = await readBatches(log.open(), { after: batch.upTo });

    const error = await failure(applyBatch(client, progress, next));

    expect(error).toBeInstanceOf(OvertakenByAnother);
    expect(await tableOf(log, services)).toEqual(rows);
    expect(await checkpoint(log, 'services')).toEqual(before);
  });

  it('given events that were applied before, when they come again, then not twice', async () => {
    const progress = await applyBatch(client, newcomer(), batch);

    const late = batch.entries.filter(
      (entry) => entry.readable && entry.event.type === 'ServiceTagged',
    );
    await applyBatch(client, progress, { ...batch, entries: late });

    expect(await tagsOnService()).toBe(2);
  });

  it('given a process that knows of nothing, when another was there, then it notices', async () => {
    await applyBatch(client, newcomer(), batch);

    expect(await failure(applyBatch(client, newcomer(), batch))).toBeInstanceOf(OvertakenByAnother);
  });
});
