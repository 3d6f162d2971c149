import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { type EventStore } from '../../src/event-store/event-store.js';
import { migrate } from '../../src/platform/migrations.js';
import { connect } from '../../src/platform/postgres.js';
import { openPostgresEventStore } from '../event-store/support/postgres.js';
import { newStream, renames } from '../event-store/support/events.js';
import { insertRaw } from '../projections/support/happenings.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Watchbook } from './support/watchbook.js';

jest.setTimeout(60_000);

const Line = z.strictObject({
  position: z.int(),
  stream: z.string(),
  revision: z.int(),
  recorded_at: z.iso.datetime(),
  type: z.string(),
  data: z.looseObject({}).optional(),
  metadata: z.looseObject({}).optional(),
  unreadable: z.string().optional(),
});

let database: TestDatabase;
let store: EventStore;
let closeStore: () => Promise<void>;
const [one, other] = [newStream(), newStream()];
const unreadable = `tag-${randomUUID()}`;

beforeAll(async () => {
  database = await createTestDatabase();
  await migrate(database.url, 'up');
  const opened = openPostgresEventStore(database.url);
  store = opened.store;
  closeStore = opened.close;
  await store.append(one, 'no-stream', renames(2));
  await store.append(other, 'no-stream', renames(1));
  const client = await connect(database.url);
  const log = {
    query: async (text: string, values?: unknown[]) =>
      (await client.query<Record<string, unknown>>(text, values)).rows,
  };
  await insertRaw(log, { stream: unreadable, type: 'TagPolished', version: 1, data: {} });
  await client.end();
});
afterAll(async () => {
  await Watchbook.killAll();
  await closeStore();
  await database.drop();
});

function lines(stdout: string): z.infer<typeof Line>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Line.parse(JSON.parse(line)));
}

describe('Printing the event log', () => {
  it('given some events, then each is one line of JSON, in order, read or not', async () => {
    const ended = await Watchbook.run(['events'], { DATABASE_URL: database.url });

    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(lines(ended.stdout)).toMatchObject([
      { position: 1, stream: one, revision: 0, type: 'TagRenamed', data: { name: 'name 0' } },
      { position: 2, stream: one, revision: 1, metadata: { command: 'ChangeTag' } },
      { position: 3, stream: other, revision: 0 },
      { position: 4, type: 'TagPolished', unreadable: 'Event type TagPolished is not known' },
    ]);
  });

  it('given a stream is named, then only that one', async () => {
    const args = ['events', '--stream', one];
    const { stdout, code } = await Watchbook.run(args, { DATABASE_URL: database.url });

    expect(code).toBe(0);
    expect(lines(stdout).map(({ position }) => position)).toEqual([1, 2]);
  });

  it('given its reader has had enough, as `head` has, then it ends without a word', async () => {
    for (let n = 0; n < 10; n += 1) await store.append(newStream(), 'no-stream', renames(500));
    const watchbook = new Watchbook(['events'], { DATABASE_URL: database.url });
    const { stdout } = watchbook.child;
    if (stdout === null) throw new Error('It has no output');
    await once(stdout, 'data');
    stdout.destroy();

    expect(await watchbook.ended()).toMatchObject({ code: 0, signal: null, stderr: '' });
  });
});
