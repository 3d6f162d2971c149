import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Cast,
  changeAll,
  changeAllAtOnce,
  newCast,
} from '../projections/support/happenings.js';
import { createTestDatabase } from '../support/test-database.js';
import { type ProjectionsProcess } from './support/projections-process.js';
import { ReadModelStage } from './support/read-model-stage.js';

// Everything within is waited for in bounds of its own.
jest.setTimeout(240_000);

let stage: ReadModelStage;
let cast: Cast;
let running: ProjectionsProcess;

beforeEach(async () => {
  const database = await createTestDatabase();
  stage = await ReadModelStage.open(database.url);
  stage.afterwards(() => database.drop());
  running = await stage.start('projections');
  cast = await newCast(stage.store);
  await stage.reach(cast.position);
});
afterEach(() => stage.close());

function tell(what: string, since: number): void {
  process.stdout.write(`${what}: ${((performance.now() - since) / 1000).toFixed(1)} s\n`);
}

describe('A process that runs projections, and is killed', () => {
  it('given it has written half a batch, then another one takes over, and the batch happens once', async () => {
    await stage.start('projections');
    // Services and tags are written before it comes to the users.
    const release = await stage.hold('LOCK TABLE read.users IN SHARE MODE');
    await changeAllAtOnce(stage.store, cast, 'in the middle', 'of a batch');
    await stage.untilSomebodyWaits();

    await running.kill();
    const killed = performance.now();
    await release();
    await stage.reach(cast.position);

    tell('Taken over by another process, after a kill in mid-batch, within', killed);
    expect(await stage.drifted()).toEqual([]);
  });

  it('given it is killed again and again while much happens, then nothing is lost or doubled', async () => {
    const writing = { isOver: false };
    const written = (async () => {
      for (let n = 0; !writing.isOver; n += 1) await changeAll(stage.store, cast, `word ${n}`);
    })();
    for (let round = 0; round < 2; round += 1) {
      const next = await stage.start('projections');
      await sleep(Math.random() * 50);
      await running.kill();
      const [at, killed] = [cast.position, performance.now()];
      await stage.reach(at);
      tell('Taken over by another process, after a kill under load, within', killed);
      running = next;
    }
    writing.isOver = true;
    await written;

    await stage.reach(cast.position);
    expect(await stage.drifted()).toEqual([]);
  });

  it('given rows whose checkpoint was written apart from them, and lost, then that is found', async () => {
    await changeAll(stage.store, cast, 'applied');
    await stage.reach(cast.position);
    await running.kill();

    await stage.query(
      `UPDATE readers.checkpoints SET position = position - 4, owner = NULL, until = NULL`,
    );
    await stage.start('projections');
    await stage.reach(cast.position);

    expect(await stage.drifted()).toEqual(['services']);
  });
});
