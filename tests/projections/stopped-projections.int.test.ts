import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Projection } from '../../src/projections/projection.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { type TagRow, tags } from '../../src/projections/tags.js';
import { PostgresLog } from '../event-store/support/postgres.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { examples } from './support/examples.js';
import { append, type Cast, changeAll, insertRaw, newCast } from './support/happenings.js';
import {
  allFolds,
  checkpoint,
  projectionNames,
  RunningEngine,
  tableOf,
  tablesAndFold,
} from './support/read-models.js';

let log: PostgresLog;
let store: EventStore;
let cast: Cast;
const running: RunningEngine[] = [];

beforeEach(async () => {
  log = await PostgresLog.create();
  store = log.open();
  cast = await newCast(store);
});
afterEach(async () => {
  await stopAll();
  await log.close();
});

async function start(folds = allFolds()): Promise<RunningEngine> {
  const engine = await RunningEngine.start(log, folds);
  running.push(engine);
  return engine;
}

async function stopAll(): Promise<void> {
  for (const engine of running.splice(0)) await engine.stop();
}

/** A projection like that of tags which something happens to go wrong with. */
function brokenTags(changes: Partial<Projection<TagRow>>): ReturnType<typeof rowFold> {
  return rowFold({ ...tags, name: 'broken_tags', ...changes });
}

const choking = brokenTags({
  on: {
    ...tags.on,
    TagRenamed: () => {
      throw new Error('Not to my taste');
    },
  },
});

describe('An event that nobody here can read', () => {
  it('given its type is not known, then every projection stops before it, and says so', async () => {
    const engine = await start();
    await engine.reaches(cast.position);
    const stream = `tag-${cast.tagId}`;
    const culprit = await insertRaw(log, { stream, type: 'TagPolished', version: 1, data: {} });
    await changeAll(store, cast, 'after it');

    for (const name of projectionNames) {
      const reason = await engine.untilFailed(name);
      expect(reason).toContain('Event type TagPolished is not known');
      expect(reason).toContain(`at position ${culprit}`);
      expect(await checkpoint(log, name)).toMatchObject({
        position: culprit - 1n,
        error: reason,
        errorAt: culprit,
      });
    }
    expect(engine.engine.failures.map(({ projection }) => projection)).toEqual(projectionNames);
    expect(engine.errors.map(({ message }) => message)).toEqual(['Projections are stopped']);
    expect(await tableOf(log, tags)).toMatchObject({ [cast.tagId]: { name: 'urgent' } });
  });

  it('given a newer version of a known type, then only those stop whom it concerns', async () => {
    const engine = await start();
    await insertRaw(log, {
      stream: `tag-${cast.tagId}`,
      type: 'TagRenamed',
      version: 99,
      data: { tagId: cast.tagId, title: 'new' },
    });
    await changeAll(store, cast, 'after it');

    expect(await engine.untilFailed('tags')).toContain('was written by a newer Watchbook');

    await engine.reaches(cast.position);
    expect(engine.engine.failures.map(({ projection }) => projection)).toEqual(['tags']);
    const { tables, fold } = await tablesAndFold(log, store);
    expect(tables).toEqual({ ...fold, tags: await tableOf(log, tags) });
    expect(await tableOf(log, tags)).toMatchObject({ [cast.tagId]: { name: 'urgent' } });
  });
});

describe('An event that one projection cannot digest', () => {
  it('given its function throws, then it alone stops, with everything before in its rows', async () => {
    const engine = await start([choking, ...allFolds()]);
    await append(store, cast, `tag-${cast.tagId}`, {
      type: 'TagRecolored',
      data: { tagId: cast.tagId, color: '#123456' },
    });
    const before = cast.position;
    await changeAll(store, cast, 'after it');

    expect(await engine.untilFailed('broken_tags')).toContain('Not to my taste');

    await engine.reaches(cast.position);
    const { tables, fold } = await tablesAndFold(log, store);
    expect(tables).toEqual(fold);
    expect(await checkpoint(log, 'broken_tags')).toMatchObject({ position: before });
    const [row] = await log.query('SELECT * FROM read.broken_tags');
    expect(row).toMatchObject({ name: 'urgent', color: '#123456' });
  });

  it('given the database refuses the row, then it alone stops, before that very event', async () => {
    const serviceId = randomUUID();
    await append(store, cast, `service-${serviceId}`, {
      type: 'ServiceRegistered',
      data: { ...examples.ServiceRegistered.data, serviceId },
    });
    for (let round = 0; round < 5; round += 1) await changeAll(store, cast, `before ${round}`);
    const before = cast.position;
    // More than an integer of Postgres holds.
    await append(store, cast, `service-${serviceId}`, {
      type: 'ServiceRescheduled',
      data: { serviceId, schedule: { intervalSeconds: 2 ** 40, timeoutMs: 1 } },
    });
    const culprit = cast.position;
    for (let round = 0; round < 5; round += 1) await changeAll(store, cast, `after ${round}`);

    const engine = await start();
    expect(await engine.untilFailed('services')).toContain(`at position ${culprit}`);

    await engine.reaches(cast.position);
    expect(engine.engine.failures.map(({ projection }) => projection)).toEqual(['services']);
    expect(await checkpoint(log, 'services')).toMatchObject({ position: before });
    const { tables, fold } = await tablesAndFold(log, store);
    expect({ ...tables, services: 0 }).toEqual({ ...fold, services: 0 });
    const [row] = await log.query('SELECT * FROM read.services WHERE id = $1', [cast.serviceId]);
    expect(row?.['tag_ids']).toHaveLength(6);
  });

  it('given a row in the table makes no sense, then it alone stops', async () => {
    const first = await start();
    await first.reaches(cast.position);
    await stopAll();
    await log.query('UPDATE read.tags SET name = NULL');
    await changeAll(store, cast, 'after that');

    const engine = await start();
    await engine.untilFailed('tags');

    await engine.reaches(cast.position);
    expect(engine.engine.failures.map(({ projection }) => projection)).toEqual(['tags']);
  });
});

describe('A projection that is stopped', () => {
  beforeEach(async () => {
    const engine = await start([choking, ...allFolds()]);
    await changeAll(store, cast, 'too much');
    await engine.untilFailed('broken_tags');
    await stopAll();
  });

  it('given the same version starts, then it stays stopped, says so, and holds nobody up', async () => {
    await changeAll(store, cast, 'after the restart');

    const engine = await start([choking, ...allFolds()]);

    expect(await engine.untilFailed('broken_tags')).toContain('Not to my taste');
    await engine.reaches(cast.position);
    expect(engine.errors.map(({ message }) => message)).toEqual(['Projections are stopped']);
  });

  it('given a version that can digest it, then it begins anew, and is complete', async () => {
    const engine = await start([brokenTags({ version: 2 }), ...allFolds()]);
    await engine.untilKept('broken_tags');
    await engine.reaches(cast.position);

    expect(engine.engine.failures).toEqual([]);
    expect(await checkpoint(log, 'broken_tags')).toMatchObject({ error: null, errorAt: null });
    const [row] = await log.query('SELECT * FROM read.broken_tags');
    expect(row).toMatchObject({ name: 'too much' });
  });
});

describe('Two versions of a projection at once, as in an update', () => {
  it('given the newer one takes over, then the older one leaves its rows alone', async () => {
    const shout = (row: TagRow): string => tags.openView({ ...row, name: `${row.name}!` });
    const older = await start();
    await older.reaches(cast.position);

    const shouting = (): ReturnType<typeof rowFold>[] => [
      rowFold({ ...tags, version: 2, openView: shout }),
    ];
    const first = await start(shouting());
    await first.untilKept('tags');
    await first.reaches(cast.position);
    running.splice(running.indexOf(first), 1);
    await first.stop();
    // Only the older one is there to see this.
    await changeAll(store, cast, 'in between');
    await older.untilFailed('tags');
    expect((await log.query('SELECT name FROM read.tags'))[0]).toEqual({ name: 'urgent' });

    const newer = await start(shouting());
    for (let round = 0; round < 10; round += 1) await changeAll(store, cast, `round ${round}`);
    await newer.reaches(cast.position);
    await older.reaches(cast.position);

    expect(await older.untilFailed('tags')).toBe('Version 2 keeps it now');
    const [row] = await log.query('SELECT view FROM read.tags');
    expect(row?.['view']).toContain('"round 9!"');
    expect(await checkpoint(log, 'tags')).toMatchObject({ version: 2, error: null });
    const { tables, fold } = await tablesAndFold(log, store);
    expect({ ...tables, tags: 0 }).toEqual({ ...fold, tags: 0 });
  }, 20_000);
});
