import { cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrate as migrateInProcess } from '../../src/platform/migrations.js';
import { openPostgresEventStore } from '../event-store/support/postgres.js';
import { newStream, renamed } from '../event-store/support/events.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { type Ended, root, Watchbook } from './support/watchbook.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let names: string[];
beforeAll(async () => {
  database = await createTestDatabase();
  const files = (await readdir(path.join(root, 'migrations'))).sort();
  names = files.map((file) => path.basename(file, '.sql'));
});
afterAll(async () => {
  await Watchbook.killAll();
  await database.drop();
});

const migrate = (...args: string[]): Promise<Ended> =>
  Watchbook.run(['migrate', ...args], { DATABASE_URL: database.url });

describe('Migrating from the command line', () => {
  it('given an empty database, when up, then it tells each step; the next time, none', async () => {
    const up = names.map((name) => `Up: ${name}\n`).join('');

    expect(await migrate('up')).toMatchObject({ code: 0, stdout: up, stderr: '' });
    expect(await migrate()).toMatchObject({ code: 0, stdout: 'Nothing to do.\n', stderr: '' });
  });

  it('given the newest, when down by so many steps, then it tells those', async () => {
    const down = [...names].reverse().slice(0, 2);

    const ended = await migrate('down', '--steps', '2');

    expect(ended).toMatchObject({
      code: 0,
      stdout: down.map((name) => `Down: ${name}\n`).join(''),
    });
  });

  it('given events would be lost, then it refuses in one line', async () => {
    await migrateInProcess(database.url, 'up');
    const { store, close } = openPostgresEventStore(database.url);
    await store.append(newStream(), 'no-stream', [renamed()]);
    await close();

    const ended = await migrate('down', '--steps', String(names.length));

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      'The event log holds events. Export or drop it by hand if you really mean to lose them.\n',
    );
  });

  it('given steps that are no number, then it says so', async () => {
    const ended = await migrate('down', '--steps', 'all');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('Must be a number from 1 on');
  });
});

describe('Beginning a migration from the command line', () => {
  let copy: string;
  beforeAll(async () => {
    // A copy of the sources has migrations of its own.
    copy = await mkdtemp(path.join(tmpdir(), 'watchbook-copy-'));
    for (const part of ['src', 'migrations', 'package.json'])
      await cp(path.join(root, part), path.join(copy, part), { recursive: true });
    await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  });
  afterAll(() => rm(copy, { recursive: true }));

  const create = (name: string): Promise<Ended> =>
    Watchbook.run(['migrate', 'create', name], {}, path.join(copy, 'src/cli/main.ts'));

  it('given a name, then there is a file with the next number, and it says where', async () => {
    const ended = await create('add-webhooks');

    const number = String(Number(names.at(-1)?.slice(0, 4)) + 1).padStart(4, '0');
    const file = `${number}_add-webhooks.sql`;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout.trimEnd().endsWith(path.join('migrations', file))).toBe(true);
    expect(await readdir(path.join(copy, 'migrations'))).toContain(file);
  });

  it('given a name that is no good for a file, then it says how to name it', async () => {
    const ended = await create('Add Webhooks');

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain('Name it in lower case with hyphens, such as add-webhooks');
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
