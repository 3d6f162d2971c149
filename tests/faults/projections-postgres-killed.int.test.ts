import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Cast, changeAllAtOnce, newCast } from '../projections/support/happenings.js';
import { OwnPostgres, type Victims } from './support/own-postgres.js';
import { ReadModelStage } from './support/read-model-stage.js';

// Everything within is waited for in bounds of its own.
jest.setTimeout(240_000);

let server: OwnPostgres;
let stage: ReadModelStage;
let cast: Cast;

beforeEach(async () => {
  server = await OwnPostgres.start();
  stage = await ReadModelStage.open(server.url);
  stage.afterwards(() => server.stop());
  await stage.start('projections');
  cast = await newCast(stage.store);
  await stage.reach(cast.position);
});
afterEach(() => stage.close());

async function killInMidBatch(victims: Victims): Promise<void> {
  // Services and tags are written before it comes to the users.
  await stage.hold('LOCK TABLE read.users IN SHARE MODE');
  await changeAllAtOnce(stage.store, cast, 'in the middle', 'of a batch');
  await stage.untilSomebodyWaits();
  await server.kill(victims);
}

describe('PostgreSQL, killed in the middle of a batch', () => {
  it('given the same process goes on, then rows and checkpoint agree, and nothing happened twice', async () => {
    await killInMidBatch('all processes');
    await stage.reach(cast.position);
    expect(await stage.drifted()).toEqual([]);

    await killInMidBatch('the server');
    await stage.reach(cast.position);
    expect(await stage.drifted()).toEqual([]);
  });

  it('given a row went back while the checkpoint did not, then that is found', async () => {
    const [before] = await stage.query('SELECT tag_ids FROM read.services');
    await killInMidBatch('all processes');
    await stage.reach(cast.position);

    await stage.query('UPDATE read.services SET tag_ids = $1', [before?.['tag_ids']]);

    expect(await stage.drifted()).toEqual(['services']);
  });
});
