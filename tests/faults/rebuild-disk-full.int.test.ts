import { randomUUID } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { seed } from '../../bench/projections/seed.js';
import { connect } from '../../src/platform/postgres.js';
import { changeAll, newCast } from '../projections/support/happenings.js';
import { OwnPostgres } from './support/own-postgres.js';
import { ReadModelStage } from './support/read-model-stage.js';
import { SmallDisk } from './support/small-disk.js';

// Everything within is waited for in bounds of its own.
jest.setTimeout(240_000);

const obstacle = await SmallDisk.obstacle();
if (obstacle !== undefined) process.stderr.write(`A full disk was not tried: ${obstacle}\n`);
const test = obstacle === undefined ? it : it.skip;

/** Some twenty megabytes of rows, of which less than one fits. */
const services = 20_000;

async function prepare(): Promise<{ stage: ReadModelStage; disk: SmallDisk }> {
  const disk = await SmallDisk.mount(320);
  const settings = { max_wal_size: '96MB', min_wal_size: '96MB' };
  const server = await OwnPostgres.start(settings, { folder: disk.folder });
  const stage = await ReadModelStage.open(server.url);
  stage.afterwards(() => disk.unmount());
  stage.afterwards(() => server.stop());
  const client = await connect(server.url, { timeoutMs: 0 });
  await seed(client, services, 1);
  await client.end();
  await stage.start('projections');
  await stage.reach(BigInt(services));
  // What is written ahead has its files already: it is for the table that there is no room.
  await server.run('SELECT pg_switch_wal()');
  await server.run('CHECKPOINT');
  return { stage, disk };
}

describe('A rebuild on a full disk', () => {
  test('given there is no room, then it fails and says so, and the live table is as it was and goes on', async () => {
    const { stage, disk } = await prepare();
    try {
      const oid = `SELECT 'read.services'::regclass::oid AS oid, to_regclass('read_next.services') AS next`;
      const before = await stage.query(oid);
      await disk.fill(1024 * 1024);
      const [failing, done] = [randomUUID(), randomUUID()];
      const stop = stage.runRebuilds();
      await stage.requestRebuild(failing);

      const { stage: outcome, reason } = await stage.untilStage(failing, 'failed', 'swapped');
      expect(outcome).toBe('failed');
      expect(reason).toContain('No space left on device');
      expect(await stage.query(oid)).toEqual(before);
      const cast = await newCast(stage.store);
      await changeAll(stage.store, cast, 'after it');
      await stage.reach(cast.position);

      // With room again, the same thing works.
      await disk.free();
      expect(await stage.drifted()).toEqual([]);
      await stage.requestRebuild(done);
      expect(await stage.untilStage(done, 'failed', 'swapped')).toMatchObject({ stage: 'swapped' });
      expect(await stage.drifted()).toEqual([]);
      await stop();
    } finally {
      await stage.close();
    }
  });
});
