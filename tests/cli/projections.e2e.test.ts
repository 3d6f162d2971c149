import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from '../../src/platform/postgres.js';
import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { makeService } from '../resources/support/making.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { type Ended, Watchbook } from './support/watchbook.js';

// Each of these starts processes, beside a Watchbook that runs.
jest.setTimeout(90_000);

let app: TestApp;
let dataDir: string;
let serviceId: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-projections-'));
  app = await startTestApp({ DATA_DIR: dataDir });
  serviceId = (await makeService(app, app.admin, { name: 'billing' })).id;
  await makeService(app, app.admin, { name: 'shop' });
}, 30_000);
afterAll(async () => {
  await Watchbook.killAll();
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const projections = (...args: string[]): Promise<Ended> =>
  Watchbook.run(['projections', ...args], { DATABASE_URL: app.databaseUrl, DATA_DIR: dataDir });
const query = (statement: string): Promise<Record<string, unknown>[]> =>
  runSql(app.databaseUrl, statement);

async function oidOf(table: string): Promise<unknown> {
  const [row] = await query(`SELECT '${table}'::regclass::oid AS oid`);
  return row?.['oid'];
}

describe('watchbook projections list', () => {
  it('names all of them, and where they stand', async () => {
    const { code, stdout } = await projections('list');

    expect(code).toBe(0);
    const lines = stdout.trim().split('\n');
    expect(lines.map((line) => /^\w+/.exec(line)?.[0])).toEqual([
      ...['audit', 'roles', 'services', 'tags', 'users', 'webhooks'],
    ]);
    for (const line of lines)
      expect(line).toMatch(/^\w+ +version \d+ {2}running {2}at \d+, 0 events, 0\.0 s behind$/);
  });
});

describe('watchbook projections rebuild, verify and rollback', () => {
  it('given a row that somebody changed, then it is found, and a rebuild mends it', async () => {
    await query(`UPDATE read.services SET name = 'forged' WHERE id = '${serviceId}'`);

    const found = await projections('verify', 'services');
    const rebuilt = await projections('rebuild', 'services');
    const mended = await projections('verify');

    expect(found.code).toBe(1);
    expect(found.stdout).toContain(`services: 1 of 2 rows are not what the log leads to`);
    expect(found.stdout).toContain(`${serviceId} differs in name\n    last touched by Service`);
    expect([rebuilt.code, rebuilt.stderr]).toEqual([0, '']);
    expect(rebuilt.stdout).toMatch(/services: the rebuild is done, \d+ events in \d+\.\d s/);
    expect([mended.code, mended.stdout.trim().split('\n').length]).toEqual([0, 6]);
  });

  it('given it was rebuilt, when it is rolled back, then the old table is read again', async () => {
    const kept = await oidOf('read_before.services');

    const rolledBack = await projections('rollback', 'services');

    expect([rolledBack.code, rolledBack.stderr]).toEqual([0, '']);
    expect(rolledBack.stdout).toContain('services: the rollback is done');
    expect(await oidOf('read.services')).toEqual(kept);
  });

  it('given all are to be rebuilt, then all are', async () => {
    const { code, stdout } = await projections('rebuild', '--all');

    expect(code).toBe(0);
    for (const name of ['audit', 'roles', 'services', 'tags', 'users', 'webhooks'])
      expect(stdout).toContain(`${name}: the rebuild is done`);
  });

  it('given Ctrl-C, then the rebuild is cancelled', async () => {
    // It cannot end while somebody has the table in their hands.
    const holder = await connect(app.databaseUrl, { timeoutMs: 0 });
    await holder.query('BEGIN; SELECT FROM read.users');
    const rebuild = new Watchbook(['projections', 'rebuild', 'users'], {
      DATABASE_URL: app.databaseUrl,
      DATA_DIR: dataDir,
    });
    await rebuild.says(/users: (catching-up)/);

    const { code, stdout } = await rebuild.kill('SIGINT');

    expect(code).toBe(1);
    expect(stdout).toContain('users: the rebuild was cancelled; the read model is as it was');
    await holder.end();
  });

  it.each([
    [['rebuild'], 'Name the projections to rebuild, or say --all.\n'],
    [['cancel', 'services'], 'No rebuild of services is under way.\n'],
    ...['rebuild', 'verify', 'retry'].map((what): [string[], string] => [
      [what, 'nobody'],
      'There is no projection nobody. There are: audit, roles, services, tags, users, webhooks.\n',
    ]),
  ])('given %j, then it says what is wrong, and exits with 1', async (args, says) => {
    expect(await projections(...args)).toEqual({ code: 1, signal: null, stdout: '', stderr: says });
  });
});

describe('watchbook projections retry and skip', () => {
  let eventId: string;
  beforeAll(async () => {
    const [made] = await query(
      `INSERT INTO log.events (position, stream, revision, id, type, version, data, metadata, recorded_at)
       SELECT (SELECT max(position) + 1 FROM log.events), stream, revision + 1, gen_random_uuid(),
              type, 99, data, metadata, recorded_at
         FROM log.events WHERE stream = 'service-${serviceId}' ORDER BY revision DESC LIMIT 1
       RETURNING id`,
    );
    eventId = String(made?.['id']);
    await query(`NOTIFY watchbook_log, ''`);
    await isStopped();
  });
  const stateOf = async (): Promise<unknown> => {
    const [row] = await query(`SELECT error FROM readers.checkpoints WHERE reader = 'services'`);
    return row?.['error'];
  };
  const isStopped = (): Promise<void> =>
    eventually('it stops', async () => (await stateOf()) !== null, 20_000);

  it('given an event that it cannot digest, then the list says which, and why', async () => {
    const { code, stdout } = await projections('list');

    expect(code).toBe(0);
    expect(stdout).toMatch(/^services +version \d+ {2}stopped /m);
    expect(stdout).toContain(`Event ${eventId} at position`);
  });

  it('given it is tried again, then it stops there again', async () => {
    const { code, stdout } = await projections('retry', 'services');

    expect([code, stdout]).toEqual([
      0,
      'services tries its event again as soon as a server runs.\n',
    ]);
    await isStopped();
  });

  it('given another event is named, then nothing is skipped', async () => {
    expect(await projections('skip', 'services', randomUUID())).toMatchObject({
      code: 1,
      stderr: `The projection is stopped by another event: ${eventId}\n`,
    });
  });

  it('given its event is skipped, then it goes on, and the log leads to what it holds', async () => {
    const { code, stdout } = await projections('skip', 'services', eventId);

    expect([code, stdout]).toEqual([0, `services passes over event ${eventId}.\n`]);
    await eventually('it goes on', async () => (await stateOf()) === null, 20_000);
    expect(await projections('verify', 'services')).toMatchObject({ code: 0 });
  });

  it('given it runs, when it is to be tried again, then it says so', async () => {
    expect(await projections('retry', 'services')).toMatchObject({
      code: 1,
      stderr: 'This projection is not stopped by an event\n',
    });
  });
});
