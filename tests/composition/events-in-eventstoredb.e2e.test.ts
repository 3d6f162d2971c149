import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { z } from 'zod';
import { type Application, startApplication } from '../../src/composition/application.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';
import { DataFolder } from '../cli/support/data-folder.js';
import { Watchbook } from '../cli/support/watchbook.js';
import { eventually, failure, within } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import {
  type DoubleLog,
  EventStoreDbDouble,
} from '../support/eventstoredb-double/eventstoredb-double.js';
import { startTestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

let double: EventStoreDbDouble;
beforeAll(async () => {
  double = await EventStoreDbDouble.start();
});
afterAll(() => double.stop());

let folder: DataFolder;
let databases: TestDatabase[] = [];
let logs: DoubleLog[] = [];
let running: Application[] = [];
beforeEach(async () => {
  folder = await DataFolder.make();
});
afterEach(async () => {
  for (const application of running) await application.stop();
  for (const log of logs) await log.close();
  for (const database of databases) await database.drop();
  await folder.remove();
  [running, logs, databases] = [[], [], []];
});

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

async function newLog(): Promise<DoubleLog> {
  const log = await double.openLog();
  logs.push(log);
  return log;
}

const environment = (databaseUrl: string, eventStoreUrl: string): Record<string, string> => ({
  PORT: '0',
  ROLES: 'api,projector',
  DATA_DIR: folder.dataDir,
  DATABASE_URL: databaseUrl,
  EVENT_STORE_URL: eventStoreUrl,
  ADMIN_EMAIL: 'admin@example.org',
  ADMIN_PASSWORD: 'the administrator',
});

async function start(databaseUrl: string, eventStoreUrl: string): Promise<Application> {
  const configuration = readConfiguration(environment(databaseUrl, eventStoreUrl));
  const application = await startApplication(configuration, createLogger('silent'));
  running.push(application);
  return application;
}

async function stop(application: Application): Promise<void> {
  await application.stop();
  running = running.filter((each) => each !== application);
}

/** Makes a tag, as the administrator. */
async function makeTag({ address }: Application, name: string): Promise<void> {
  const base = `http://${address.host}:${address.port}/api/v1`;
  const post = async (path: string, body: object, token = ''): Promise<Record<string, unknown>> => {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${base}${path}`, init);
    expect([200, 201]).toContain(answer.status);
    return z.record(z.string(), z.unknown()).parse(await answer.json());
  };
  const credentials = { email: 'admin@example.org', password: 'the administrator' };
  const { access_token: token } = await post('/auth/login', credentials);
  await post('/tags', { name }, String(token));
}

async function tagsIn(databaseUrl: string): Promise<unknown[]> {
  return (await runSql(databaseUrl, 'SELECT name FROM read.tags ORDER BY name')).map(
    ({ name }) => name,
  );
}

describe('A Watchbook with its events in EventStoreDB', () => {
  it('given it starts again, then it goes on where it was, with no event in PostgreSQL', async () => {
    const [database, log] = [await newDatabase(), await newLog()];
    const first = await start(database, log.url);
    await makeTag(first, 'before');
    await stop(first);

    const second = await start(database, log.url);
    await makeTag(second, 'after');

    expect(first.firstAdministrator).toBeDefined();
    expect(second.firstAdministrator).toBeUndefined();
    expect(await tagsIn(database)).toEqual(['after', 'before']);
    expect(await runSql(database, 'SELECT FROM log.events')).toEqual([]);
  });

  it('given another log at the next start, then all read models are filled anew from it', async () => {
    const [database, log] = [await newDatabase(), await newLog()];
    const [elsewhere, otherLog] = [await newDatabase(), await newLog()];
    const [here, there] = [await start(database, log.url), await start(elsewhere, otherLog.url)];
    await makeTag(here, 'here');
    await makeTag(there, 'there');
    await Promise.all([here, there].map(stop));

    await start(database, otherLog.url);

    await eventually('the other tags', async () => (await tagsIn(database)).includes('there'));
    expect(await tagsIn(database)).toEqual(['there']);
  });

  it('given the database has events and the log has none, then it does not start, and says why', async () => {
    const [database, log] = [await newDatabase(), await newLog()];
    await stop(await start(database, ''));

    const error = await failure(start(database, log.url));

    expect(error).toMatchObject({
      name: 'EventStoreUnusable',
      message: expect.stringMatching(/is empty.*events copy --from postgres --to.*fresh database/),
    });
  });

  it.each(['an empty log', 'no EVENT_STORE_URL'])(
    'given it followed one log, when it is started with %s, then it does not begin anew',
    async (what) => {
      const [database, log] = [await newDatabase(), await newLog()];
      await stop(await start(database, log.url));

      const url = what === 'an empty log' ? (await newLog()).url : '';
      const error = await failure(start(database, url));

      expect(error).toMatchObject({
        name: 'EventStoreUnusable',
        message: expect.stringMatching(/followed another one \(esdb:.*check EVENT_STORE_URL/),
      });
      expect(await tagsIn(database)).toEqual([]);
    },
  );

  it('given the server falls silent, then that is said, and all is well when it is back', async () => {
    const log = await newLog();
    const app = await startTestApp({ EVENT_STORE_URL: log.url });
    const isReady = async (): Promise<boolean> => (await fetch(`${app.url}/readyz`)).ok;
    await eventually('all is well', isReady);

    await log.freeze();
    const readiness = await (await fetch(`${app.url}/readyz`)).json();
    const refused = await within(
      6_000,
      'an answer',
      app.call('POST', '/tags', { as: app.admin, body: { name: 'late' } }),
    );
    await log.thaw();
    await eventually('all is well', isReady, 20_000);
    const made = await app.call('POST', '/tags', { as: app.admin, body: { name: 'later' } });

    expect(readiness).toMatchObject({
      missing: { event_store: 'The event store does not answer' },
    });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(made.status).toBe(201);
    await app.stop();
  });
});

describe('watchbook, with an EVENT_STORE_URL', () => {
  afterAll(() => Watchbook.killAll());

  it.each([
    ['esdb://admin:hunter2@127.0.0.1:1?tls=false', 'esdb://127.0.0.1:1', 'ECONNREFUSED'],
    ['esdb://admin:hunter2@nowhere.invalid', 'esdb://nowhere.invalid:2113', 'nowhere'],
    ['esdb://127.0.0.1:1,127.0.0.1:2', 'esdb://127.0.0.1:1,127.0.0.1:2', 'discover'],
    ['esdb://127.0.0.1:1?tlsCaFile=/none.pem', 'esdb://127.0.0.1:1', 'none.pem'],
  ])(
    'given nothing is at %s, then it says so in one sentence, and ends',
    async (url, shown, why) => {
      const database = 'postgres://127.0.0.1:1/x';
      const variables = environment(database, url);
      // Side by side: they wait for the server, and for nothing of each other's.
      const starting = within(10_000, 'an answer', failure(start(database, url)));
      const [error, ...all] = await Promise.all([
        starting,
        ...['serve', 'events'].map((command) => Watchbook.run([command], variables)),
      ]);

      expect(error).toMatchObject({ name: 'EventStoreUnusable' });
      for (const ended of all) {
        expect(ended).toMatchObject({ code: 1, stdout: '' });
        const [line, ...more] = ended.stderr.trimEnd().split('\n');
        expect(more).toEqual([]);
        expect(line).toMatch(`The event store at ${shown} cannot be used (`);
        expect(line).toMatch(why);
        expect(line).toMatch(/\)\. Check EVENT_STORE_URL\.$/);
        expect(ended.stderr).not.toContain('hunter2');
      }
    },
  );

  it('given a log, when its events are printed, then they are those of that log', async () => {
    const [database, log] = [await newDatabase(), await newLog()];
    const application = await start(database, log.url);
    await makeTag(application, 'printed');

    const { code, stdout } = await Watchbook.run(['events'], environment(database, log.url));

    expect(code).toBe(0);
    expect(stdout).toContain('"name":"printed"');
    expect(stdout).toContain('"type":"UserRegistered"');
  });
});
