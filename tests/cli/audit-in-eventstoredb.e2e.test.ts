import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type DoubleLog,
  EventStoreDbDouble,
} from '../support/eventstoredb-double/eventstoredb-double.js';
import { makeService } from '../resources/support/making.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { type Ended, Watchbook } from './support/watchbook.js';

// Each of these starts processes.
jest.setTimeout(120_000);

let double: EventStoreDbDouble;
let log: DoubleLog;
let app: TestApp;
let dataDir: string;
let service: string;
const databases: TestDatabase[] = [];

beforeAll(async () => {
  double = await EventStoreDbDouble.start();
  log = await double.openLog();
  dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-audit-'));
  app = await startTestApp({ DATA_DIR: dataDir, EVENT_STORE_URL: log.url });
  service = `service-${(await makeService(app, app.admin, { name: 'billing-api' })).id}`;
  await app.call('PATCH', `/services/${service.slice('service-'.length)}`, {
    as: app.admin,
    body: { name: 'billing' },
    headers: { 'X-Request-Id': 'the-renaming' },
  });
}, 60_000);
afterAll(async () => {
  await Watchbook.killAll();
  await app.stop();
  for (const database of databases) await database.drop();
  await double.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Runs a command on the log in EventStoreDB. */
const watchbook = (...args: string[]): Promise<Ended> =>
  Watchbook.run(args, {
    DATABASE_URL: app.databaseUrl,
    EVENT_STORE_URL: log.url,
    DATA_DIR: dataDir,
  });

async function newDatabase(): Promise<string> {
  const database = await createTestDatabase();
  databases.push(database);
  return database.url;
}

async function exportedSeals(...args: string[]): Promise<string> {
  expect(await watchbook('audit', 'seals', 'sign')).toMatchObject({ code: 0 });
  const { stdout } = await watchbook('audit', 'seals', 'export', ...args);
  const file = path.join(dataDir, 'seals.jsonl');
  await writeFile(file, stdout);
  return file;
}

describe('The audit of a log in EventStoreDB', () => {
  it('is told and traced, as in PostgreSQL', async () => {
    const told = await watchbook('audit', 'replay', '--stream', service);
    const traced = await watchbook('audit', 'trace', 'the-renaming');

    expect(told.stdout.trim().split('\n')).toEqual([
      expect.stringContaining('registered service *billing-api*'),
      expect.stringContaining('renamed service *billing-api* to *billing*'),
    ]);
    expect(traced.stdout).toContain('renamed service *billing-api* to *billing*');
  });

  it('given the log is moved, then the same seals prove it there, also when it was sealed anew', async () => {
    const seals = await exportedSeals('--with-events');
    const target = await newDatabase();
    expect(await watchbook('events', 'copy', '--from', log.url, '--to', target)).toMatchObject({
      code: 0,
    });
    const there = (...args: string[]): Promise<Ended> =>
      Watchbook.run(['audit', ...args], { DATABASE_URL: target, DATA_DIR: dataDir });

    const unsealed = await there('verify', '--seals', seals);
    // What came after the export is in the last block, so that the blocks are other ones.
    await there('seals', 'sign');
    const sealedAnew = await there('verify', '--seals', seals);

    for (const verified of [unsealed, sealedAnew])
      expect(verified).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^The log is as it was sealed: \d+ events in \d+ block/),
      });
    expect(sealedAnew.stdout).toContain('other seals are kept here: the log was sealed anew');
  });

  it('given an event is changed on the server, then it is named', async () => {
    const seals = await exportedSeals();
    const intact = await watchbook('audit', 'verify', '--seals', seals);

    await log.change({ stream: service, revision: 1, from: '"billing"', to: '"killing"' });

    expect([intact.code, intact.stderr]).toEqual([0, '']);
    const broken = await watchbook('audit', 'verify');
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(
      new RegExp(
        `event at position \\d+ \\(ServiceRenamed, revision 1 of stream ${service}\\) is not as it was sealed`,
      ),
    );
    expect(await watchbook('audit', 'verify', '--seals', seals)).toEqual(broken);
  });
});
