import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { seed } from '../../bench/projections/seed.js';
import { connect } from '../../src/platform/postgres.js';
import { readModelTables } from '../../src/projections/read-model-tables.js';
import { eventually } from '../event-store/support/waiting.js';
import { ReadModelStage } from '../faults/support/read-model-stage.js';
import { createTestDatabase } from '../support/test-database.js';
import { allFolds } from './support/read-models.js';

// Everything within is waited for in bounds of its own.
jest.setTimeout(240_000);

/** More than are kept in memory: a rebuild writes rows back, and loads them again for their second event. */
const services = 52_000;
const perService = 2;

let stage: ReadModelStage;

beforeAll(async () => {
  const database = await createTestDatabase();
  stage = await ReadModelStage.open(database.url);
  stage.afterwards(() => database.drop());
  const client = await connect(database.url, { timeoutMs: 0 });
  await readModelTables.prepare(client, allFolds());
  await seed(client, services, perService);
  await client.end();
});
afterAll(() => stage.close());

describe('A rebuild of more rows than fit into memory', () => {
  it('given it is killed when some of them are written, then another one goes on from there', async () => {
    const id = randomUUID();
    const rebuilder = await stage.start('rebuilds');
    await stage.requestRebuild(id);
    await eventually(
      'rows are written',
      async () => (await stage.rebuild(id)).position > 0n,
      60_000,
    );
    await rebuilder.kill();
    const left = await stage.rebuild(id);
    const [begun] = await stage.query('SELECT count(*)::int AS rows FROM read_next.services');
    expect(left).toMatchObject({ stage: 'loading', epoch: 1 });
    expect(left.position).toBeLessThan(BigInt(services * perService));
    expect(begun?.['rows']).toBeGreaterThanOrEqual(50_000);

    const stop = stage.runRebuilds();
    expect(await stage.untilStage(id, 'swapped', 'failed')).toMatchObject({
      stage: 'swapped',
      epoch: 2,
    });
    await stop();

    // To verify takes a table of the same kind, made by a process that nobody kills.
    expect(await stage.drifted('services')).toEqual([]);
    expect(await stage.query('SELECT count(*)::int AS rows FROM read.services')).toEqual([
      { rows: services },
    ]);
  });
});
