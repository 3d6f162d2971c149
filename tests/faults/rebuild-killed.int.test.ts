import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type Cast, changeAll, newCast } from '../projections/support/happenings.js';
import { createTestDatabase } from '../support/test-database.js';
import { ReadModelStage } from './support/read-model-stage.js';
import { indexLock, slowly } from './support/slow-index.js';

// Everything within is waited for in bounds of its own.
jest.setTimeout(240_000);

let stage: ReadModelStage;
let cast: Cast;

beforeAll(async () => {
  const database = await createTestDatabase();
  stage = await ReadModelStage.open(database.url);
  stage.afterwards(() => database.drop());
  await stage.query(slowly);
  await stage.start('projections');
  cast = await newCast(stage.store);
  for (let n = 0; n < 5; n += 1) await changeAll(stage.store, cast, `before ${n}`);
  await stage.reach(cast.position);
});
afterAll(() => stage.close());

type Release = () => Promise<void>;

const holdLog = (): Promise<Release> =>
  stage.hold('LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE');
const holdIndex = (): Promise<Release> => stage.hold(`SELECT pg_advisory_lock(${indexLock})`);
const holdLive = (): Promise<Release> =>
  stage.hold('LOCK TABLE read.services IN ACCESS SHARE MODE');

async function holdCatchUp(id: string, begin: () => Promise<void>): Promise<Release> {
  const release = await holdIndex();
  await begin();
  await stage.untilStage(id, 'indexing');
  await stage.untilSomebodyWaits();
  const releaseLog = await holdLog();
  await release();
  return releaseLog;
}

async function oidOf(table: string): Promise<unknown> {
  const [row] = await stage.query(`SELECT '${table}'::regclass::oid AS oid`);
  return row?.['oid'];
}

/** Where a rebuild stands still, and what lets it go on. */
interface Moment {
  readonly name: string;
  readonly at: string;
  readonly hold: (id: string, begin: () => Promise<void>) => Promise<Release>;
}

const before =
  (hold: () => Promise<Release>): Moment['hold'] =>
  async (_, begin) => {
    const release = await hold();
    await begin();
    return release;
  };

const moments: readonly Moment[] = [
  { name: 'loading', at: 'loading', hold: before(holdLog) },
  { name: 'indexing', at: 'indexing', hold: before(holdIndex) },
  { name: 'in the middle of the swap', at: 'catching-up', hold: before(holdLive) },
  { name: 'catching up', at: 'catching-up', hold: holdCatchUp },
];

/** @returns The rebuild, which nobody carries out any more. */
async function rebuildKilledAt({ at, hold }: Moment): Promise<string> {
  const rebuilder = await stage.start('rebuilds');
  const id = randomUUID();
  const release = await hold(id, () => stage.requestRebuild(id));
  await stage.untilStage(id, at);
  await stage.untilSomebodyWaits();
  await rebuilder.kill();
  await release();
  return id;
}

async function carryOutTheRest(id: string): Promise<void> {
  const stop = stage.runRebuilds();
  expect(await stage.untilStage(id, 'swapped', 'failed')).toMatchObject({
    stage: 'swapped',
    epoch: 2,
  });
  await stop();
}

describe('A process that rebuilds a read model, and is killed', () => {
  it.each(moments)(
    'given it is $name, then the live table goes on, and another process ends what was begun',
    async (moment) => {
      const live = await oidOf('read.services');
      const id = await rebuildKilledAt(moment);
      const begun = await oidOf('read_next.services');
      await changeAll(stage.store, cast, `after a kill while ${moment.name}`);
      await stage.reach(cast.position);
      expect(await oidOf('read.services')).toEqual(live);
      expect(await stage.drifted()).toEqual([]);

      await carryOutTheRest(id);
      await changeAll(stage.store, cast, `after the end of ${moment.name}`);
      await stage.reach(cast.position);

      expect(await oidOf('read.services')).toEqual(begun);
      expect(await stage.drifted()).toEqual([]);
    },
  );

  it('given a row that got lost with the kill, then that is found', async () => {
    const [, , , catchingUp] = moments;
    if (catchingUp === undefined) throw new Error('Unreachable: it is there');
    const id = await rebuildKilledAt(catchingUp);
    await stage.query('DELETE FROM read_next.services');

    await carryOutTheRest(id);

    expect(await stage.drifted()).toEqual(['services']);
  });
});
