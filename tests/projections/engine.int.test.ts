import { afterEach, describe, expect, it } from '@jest/globals';
import { type EventStore } from '../../src/event-store/event-store.js';
import { type Projection } from '../../src/projections/projection.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { type TagRow, tags } from '../../src/projections/tags.js';
import { count } from '../event-store/support/reading.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { eventually } from '../event-store/support/waiting.js';
import { changeAll, changeAllAtOnce, newCast } from './support/happenings.js';
import {
  allFolds,
  checkpoint,
  projectionNames,
  RunningEngine,
  tableOf,
  tablesAndFold,
} from './support/read-models.js';

const subject = usePostgresLog();
const running: RunningEngine[] = [];
afterEach(async () => {
  for (const engine of running.splice(0)) await engine.stop();
});

async function start(folds = allFolds()): Promise<RunningEngine> {
  const engine = await RunningEngine.start(subject.log, folds);
  running.push(engine);
  return engine;
}

async function stopAll(): Promise<void> {
  for (const engine of running.splice(0)) await engine.stop();
}

async function expectRowsOfTheLog(store: EventStore = subject.store): Promise<void> {
  const { tables, fold } = await tablesAndFold(subject.log, store);
  expect(tables).toEqual(fold);
}

/** A row as no event made it: it stays until somebody writes the row, or builds the table anew. */
async function forge(tagId: string): Promise<void> {
  await subject.log.query(`UPDATE read.tags SET color = 'forged' WHERE id = $1`, [tagId]);
}

async function colorOf(tagId: string, projection: Projection<TagRow> = tags): Promise<unknown> {
  const rows: Record<string, object> = await tableOf(subject.log, projection);
  return Object.entries(rows[tagId] ?? {}).find(([column]) => column === 'color')?.[1];
}

describe('The projection engine', () => {
  it('given a log with events, when it starts for the first time, then it catches up', async () => {
    const cast = await newCast(subject.store);
    await changeAll(subject.store, cast, 'before the start');

    const engine = await start();
    await engine.reaches(cast.position);

    await expectRowsOfTheLog();
    for (const name of projectionNames)
      expect(await checkpoint(subject.log, name)).toMatchObject({
        version: name === 'services' ? 2 : 1,
        position: cast.position,
        error: null,
      });
  });

  it('given it runs, when something happens, then it shows within a moment', async () => {
    const engine = await start();
    const cast = await newCast(subject.store);
    await engine.reaches(cast.position);

    const began = performance.now();
    await changeAll(subject.store, cast, 'live');
    expect(await engine.gate.waitFor(cast.position, 900)).toBe(true);

    // Less than the second after which it would look by itself: it was rung for.
    expect(performance.now() - began).toBeLessThan(900);
    await expectRowsOfTheLog();
  });

  it('given more than fits into one batch, when it catches up, then nothing is left out', async () => {
    const cast = await newCast(subject.store);
    for (let round = 0; round < 6; round += 1)
      await changeAllAtOnce(subject.store, cast, ...count(100).map((n) => `${round}-${n}`));

    const engine = await start();
    await engine.reaches(cast.position);

    await expectRowsOfTheLog();
  });

  it('given it was stopped, when it starts again, then it goes on from where it was', async () => {
    const [old, young] = [await newCast(subject.store), await newCast(subject.store)];
    await (await start()).reaches(young.position);
    await stopAll();
    await forge(old.tagId);
    await changeAll(subject.store, young, 'meanwhile');

    await (await start()).reaches(young.position);

    expect(await colorOf(old.tagId)).toBe('forged');
    expect(await colorOf(young.tagId)).toBe('#ff0000');
  });

  it('given rows come out differently now, when it starts, then it builds that table anew', async () => {
    const cast = await newCast(subject.store);
    await (await start()).reaches(cast.position);
    await stopAll();
    await forge(cast.tagId);
    const before = await checkpoint(subject.log, 'users');
    const shouting: Projection<TagRow> = {
      ...tags,
      version: 2,
      openView: (row) => tags.openView({ ...row, name: row.name.toUpperCase() }),
    };

    const engine = await start([rowFold(shouting), ...allFolds().slice(2)]);
    await engine.untilKept('tags');
    await engine.reaches(cast.position);

    expect(await colorOf(cast.tagId)).toBe('#ff0000');
    expect(JSON.stringify(await tableOf(subject.log, tags))).toContain('URGENT');
    expect(await checkpoint(subject.log, 'tags')).toMatchObject({ version: 2 });
    expect(await checkpoint(subject.log, 'users')).toEqual(before);

    await stopAll();
    const older = await start();
    await older.untilKept('tags');
    await older.reaches(cast.position);
    await expectRowsOfTheLog();
  });

  it('given two on one database, when much happens, then both keep going and rows are right', async () => {
    const [one, other] = [await start(), await start()];
    const casts = await Promise.all([1, 2, 3].map(() => newCast(subject.store)));
    await Promise.all(
      casts.map(async (cast) => {
        for (let round = 0; round < 25; round += 1)
          await changeAll(subject.store, cast, `round ${round}`);
      }),
    );

    for (const { position } of casts) {
      await one.reaches(position);
      await other.reaches(position);
    }
    await expectRowsOfTheLog();
    expect([...one.errors, ...other.errors]).toEqual([]);
  });

  it('given two, when one is stopped in the middle, then the other one does it all', async () => {
    const [one, other] = [await start(), await start()];
    const cast = await newCast(subject.store);
    for (let round = 0; round < 10; round += 1) {
      await changeAll(subject.store, cast, `round ${round}`);
      if (round === 5) await one.stop();
    }
    running.splice(running.indexOf(one), 1);

    await other.reaches(cast.position);

    await expectRowsOfTheLog();
  });

  it('given the tables are gone, when something happens, then it says so, and tries again', async () => {
    const engine = await start();
    const cast = await newCast(subject.store);
    await engine.reaches(cast.position);
    await subject.log.query('ALTER TABLE read.tags RENAME TO elsewhere');

    await changeAll(subject.store, cast, 'nowhere to write');
    await eventually('it says so', () => engine.errors.length > 0);
    await subject.log.query('ALTER TABLE read.elsewhere RENAME TO tags');

    await engine.reaches(cast.position);
    await expectRowsOfTheLog();
  });
});
