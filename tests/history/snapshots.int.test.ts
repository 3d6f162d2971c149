import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Pool } from 'pg';
import { z } from 'zod';
import { type EventStore, type RecordedEvent } from '../../src/event-store/event-store.js';
import { type Moment } from '../../src/history/moment.js';
import { Past } from '../../src/history/past.js';
import { SnapshotWriter } from '../../src/history/snapshot-writer.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { followLog } from '../../src/projections/followed-log.js';
import { evolve, type Projection } from '../../src/projections/projection.js';
import { roles } from '../../src/projections/roles.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';
import { users } from '../../src/projections/users.js';
import { type Database, openDatabase, sql } from '../../src/queries/database.js';
import { type RelationsSource } from '../../src/queries/relations.js';
import { PostgresLog } from '../event-store/support/postgres.js';
import { eventually } from '../event-store/support/waiting.js';
import {
  append,
  type Cast,
  changeAll,
  insertRaw,
  newCast,
} from '../projections/support/happenings.js';

let log: PostgresLog;
let store: EventStore;
let pool: Pool;
let database: Database;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  log = await PostgresLog.create();
  store = log.open();
  pool = createPool(log.url, 4, createLogger('silent'));
  database = await openDatabase(log.url, 4);
}, 60_000);
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  await database.end();
  await pool.end();
  await log.close();
}, 60_000);

/** A process that writes a snapshot every so many events. */
function startWriter(every: number): SnapshotWriter {
  const writer = new SnapshotWriter(log.open(), pool, createLogger('silent'), every);
  writer.start();
  closing.push(() => writer.stop());
  return writer;
}

async function snapshotPositions(): Promise<number[]> {
  const rows = await log.query('SELECT position FROM readers.snapshots ORDER BY position');
  return rows.map(({ position }) => Number(position));
}

/** Things that come, change and go, each at a time of its own. */
async function aLife(): Promise<Cast[]> {
  const casts = [await newCast(store), await newCast(store)];
  for (const word of ['one', 'two'])
    for (const cast of casts) {
      await changeAll(store, cast, word);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  const [first, second] = casts;
  if (first === undefined || second === undefined) throw new Error('Two were made');
  await append(store, first, `tag-${first.tagId}`, {
    type: 'TagDeleted',
    data: { tagId: first.tagId },
  });
  await append(store, first, `user-${first.userId}`, {
    type: 'UserDeleted',
    data: { userId: first.userId, reassignServicesTo: null },
  });
  await append(store, second, `role-${second.role}`, {
    type: 'RoleRemoved',
    data: { role: second.role },
  });
  await append(store, second, `service-${second.serviceId}`, {
    type: 'ServiceDeleted',
    data: { serviceId: second.serviceId },
  });
  return casts;
}

async function allEvents(): Promise<RecordedEvent[]> {
  const all: RecordedEvent[] = [];
  for await (const { entries } of store.readAll())
    for (const entry of entries) if (entry.readable) all.push(entry);
  return all;
}

/** What a fold over the whole log up to a moment makes of a table. */
function folded<Row extends object>(
  projection: Projection<Row>,
  events: readonly RecordedEvent[],
  moment: Moment,
): object[] {
  const rows = new Map<string, Row>();
  for (const recorded of events) {
    if (recorded.recordedAt > moment) break;
    const key = projection.keyOf(recorded);
    if (key === undefined) continue;
    const row = evolve(projection, rows.get(key), recorded);
    if (row) rows.set(key, row);
    else rows.delete(key);
  }
  return [...rows.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, row]) => ({ ...row, view: projection.openView(row) }));
}

/** What queries find in the relations of a moment. */
async function found<Row extends object>(
  { name, key, row: shape }: Projection<Row>,
  source: RelationsSource,
): Promise<object[]> {
  const from = await source();
  const relation = z.enum(['services', 'tags', 'users', 'roles']).parse(name);
  const rows = await database.any(sql.type(z.object({ row: z.unknown(), view: z.string() }))`
    ${from.with}
    SELECT to_json(r) AS row, r.view
      FROM ${from[relation]} r
     ORDER BY ${sql.identifier(['r', key])}::text COLLATE "C"
  `);
  return rows.map(({ row, view }) => ({ ...shape.parse(row), view }));
}

/** Every table at every moment there was is what a fold over the whole log says. */
async function expectPastIsTrue(): Promise<number> {
  const events = await allEvents();
  const moments = [...new Set(events.map(({ recordedAt }) => recordedAt))];
  const past = new Past(store, pool);
  for (const moment of moments) {
    const both = past.servicesAndTags(moment);
    const people = past.usersAndRoles(moment);
    const asked = await Promise.all([
      found(services, both),
      found(tags, both),
      found(users, people),
      found(roles, people),
      found(roles, past.roles(moment)),
    ]);
    expect(asked).toEqual([
      folded(services, events, moment),
      folded(tags, events, moment),
      folded(users, events, moment),
      folded(roles, events, moment),
      folded(roles, events, moment),
    ]);
  }
  return moments.length;
}

describe('Tables as of a moment', () => {
  it.each([1, 2, 5, 1_000])(
    'given a snapshot every %i events, when asked at any moment, then they are what the whole log says',
    async (every) => {
      await aLife();
      const matter = (await allEvents()).length;
      const writer = startWriter(every);
      // Pages hold many events: as the log grows, snapshots lie close together.
      const expected = every <= matter ? 1 : 0;
      await eventually('a snapshot', async () => (await snapshotPositions()).length >= expected);
      await aLife();
      if (expected > 0)
        await eventually('more of them', async () => (await snapshotPositions()).length > 1);
      await writer.stop();

      expect(await expectPastIsTrue()).toBeGreaterThan(10);
    },
    60_000,
  );

  it('given a writer that is stopped between two snapshots, when another goes on, then all is true', async () => {
    for (let round = 0; round < 3; round += 1) {
      const [cast] = await aLife();
      const writer = startWriter(3);
      await eventually('a snapshot', async () => (await snapshotPositions()).length > round);
      if (cast) await changeAll(store, cast, 'left over');
      await writer.stop();
    }

    await expectPastIsTrue();
  }, 60_000);

  it('given two writers, when both run, then one writes, and the other takes over', async () => {
    await aLife();
    const first = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    const second = startWriter(2);
    await first.stop();
    const before = (await snapshotPositions()).length;
    await aLife();

    await eventually('another snapshot', async () => (await snapshotPositions()).length > before);
    await second.stop();
    await expectPastIsTrue();
  }, 60_000);

  it('given a writer whose connections are cut, when it goes on, then all is true', async () => {
    await aLife();
    const writer = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    await log.killAll();
    const before = (await snapshotPositions()).length;
    await aLife();

    await eventually('another snapshot', async () => (await snapshotPositions()).length > before);
    await writer.stop();
    await expectPastIsTrue();
  }, 60_000);

  it('given snapshots of another version, when a writer starts, then only new ones are left', async () => {
    await aLife();
    const writer = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    await writer.stop();
    await log.query('UPDATE readers.snapshots SET version = version - 1');
    await log.query(`UPDATE readers.row_versions SET version = version - 1, row = '{}'`);
    await log.query('UPDATE readers.row_keys SET version = version - 1');
    await expectPastIsTrue();

    startWriter(2);

    const old = `SELECT FROM readers.row_versions WHERE row::text = '{}'`;
    await eventually('the old ones are gone', async () => (await log.query(old)).length === 0);
    await eventually('a new one', async () => (await snapshotPositions()).length > 0);
    await expectPastIsTrue();
  }, 60_000);

  it('given another log to follow, when that is noticed, then no snapshot of the old one counts', async () => {
    await aLife();
    const writer = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    await writer.stop();

    await followLog(pool, 'another log');

    expect(await snapshotPositions()).toEqual([]);
  });

  it('given an event nobody can read, when asked later, then it is passed over', async () => {
    const [cast] = await aLife();
    const stream = `service-${cast?.serviceId ?? ''}`;
    await insertRaw(log, { stream, type: 'ServiceRenamed', version: 99, data: {} });
    await aLife();
    const writer = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    await writer.stop();

    await expectPastIsTrue();
  }, 60_000);
});

describe('What snapshots hold', () => {
  it('given users, when they are written, then nothing the log says about somebody is in them', async () => {
    await aLife();
    const writer = startWriter(1);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    await writer.stop();

    const rows = await log.query(
      `SELECT key, row, coalesce(row::text, '') AS text, projection FROM readers.row_versions`,
    );

    const ofPeople = rows.filter(({ projection, row }) => projection === 'people' && row !== null);
    expect(ofPeople.length).toBeGreaterThan(0);
    for (const { key, row } of ofPeople) expect(row).toEqual({ id: key, view: '' });
    for (const { text } of rows) expect(text).not.toContain('ada@example.org');
  });

  it('given a row that stays, when snapshots follow each other, then it is kept once', async () => {
    const cast = await newCast(store);
    const writer = startWriter(2);
    await eventually('a snapshot', async () => (await snapshotPositions()).length > 0);
    for (const word of ['a', 'b', 'c']) {
      const { tagId } = cast;
      const renamed = { type: 'TagRenamed', data: { tagId, name: word } } as const;
      await append(store, cast, `tag-${tagId}`, renamed, renamed);
      const { position } = cast;
      await eventually('its snapshot', async () =>
        (await snapshotPositions()).some((place) => place >= Number(position)),
      );
    }
    await writer.stop();

    const versions = await log.query(
      'SELECT projection, count(*)::int AS kept FROM readers.row_versions GROUP BY 1 ORDER BY 1',
    );

    expect(versions).toEqual([
      { projection: 'people', kept: 1 },
      { projection: 'roles', kept: 1 },
      { projection: 'services', kept: 1 },
      { projection: 'tags', kept: 4 },
    ]);
  });
});
