import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createMigration, migrate } from '../../src/platform/migrations.js';
import { connect } from '../../src/platform/postgres.js';
import { openPostgresEventStore } from '../event-store/support/postgres.js';
import { newStream, renamed } from '../event-store/support/events.js';
import { failure } from '../event-store/support/waiting.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const ours = path.resolve(import.meta.dirname, '../../migrations');

let database: TestDatabase;
let folder: string;
let names: string[];
beforeEach(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'watchbook-migrations-'));
  await cp(ours, folder, { recursive: true });
  names = (await readdir(ours)).sort().map((file) => path.basename(file, '.sql'));
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = await connect(database.url);
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Everything we made: tables, columns, functions. */
async function schema(): Promise<unknown> {
  return query(`
    SELECT n.nspname, c.relname, a.attname, format_type(a.atttypid, a.atttypmod) AS type
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname IN ('log', 'secrets', 'readers', 'seals', 'monitoring', 'extra')
     UNION ALL
    SELECT n.nspname, p.proname, NULL, md5(p.prosrc)
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
     WHERE n.nspname IN ('log', 'secrets', 'readers', 'seals', 'monitoring', 'extra')
     ORDER BY 1, 2, 3`);
}

async function ran(): Promise<unknown[]> {
  return (await query('SELECT name FROM migrations ORDER BY id')).map(({ name }) => name);
}

describe('Migrating', () => {
  it('given an empty database, when brought up, then everything is there; again, nothing', async () => {
    expect(await migrate(database.url, 'up')).toEqual(names);
    expect(await ran()).toEqual(names);
    expect(await schema()).not.toEqual([]);

    expect(await migrate(database.url, 'up')).toEqual([]);
  });

  it('given the newest, when down by one and up again, then it is as before', async () => {
    await migrate(database.url, 'up');
    const before = await schema();

    expect(await migrate(database.url, 'down')).toEqual(names.slice(-1));
    expect(await ran()).toEqual(names.slice(0, -1));
    expect(await schema()).not.toEqual(before);

    expect(await migrate(database.url, 'up')).toEqual(names.slice(-1));
    expect(await schema()).toEqual(before);
  });

  it('given nothing stands in it, when all the way down, then nothing is left', async () => {
    await migrate(database.url, 'up');

    expect(await migrate(database.url, 'down', names.length)).toEqual([...names].reverse());

    expect(await schema()).toEqual([]);
    expect(await ran()).toEqual([]);
  });

  it('given a number of steps, when brought up, then by so many', async () => {
    expect(await migrate(database.url, 'up', 1)).toEqual(names.slice(0, 1));
    expect(await migrate(database.url, 'up', 1)).toEqual(names.slice(1, 2));
    expect(await ran()).toEqual(names.slice(0, 2));
  });

  it('given several at once, when brought up, then each step happens once', async () => {
    const done = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, 'up')));

    expect(done.flat().sort()).toEqual(names);
    expect(await ran()).toEqual(names);
  });
});

describe('Going back', () => {
  it('given there are events, then it is refused, and says so, and changes nothing', async () => {
    await migrate(database.url, 'up');
    const { store, close } = openPostgresEventStore(database.url);
    await store.append(newStream(), 'no-stream', [renamed()]);
    await close();
    const before = await schema();

    const error = await failure(migrate(database.url, 'down', names.length));

    expect(String(error)).toContain('The event log holds events');
    expect(await schema()).toEqual(before);
    expect(await query('SELECT FROM log.events')).toHaveLength(1);
    expect(await ran()).toEqual(names);
  });

  it.each([
    [
      'passwords',
      `INSERT INTO secrets.credentials VALUES (gen_random_uuid(), gen_random_uuid(), 'x')`,
    ],
    [
      'keys',
      `INSERT INTO secrets.person_keys VALUES (gen_random_uuid(), decode(repeat('00', 32), 'hex'))`,
    ],
  ])(
    'given there are %s, then it is refused, and says so, and changes nothing',
    async (_, insert) => {
      await migrate(database.url, 'up');
      await query(insert);
      const before = await schema();

      const error = await failure(migrate(database.url, 'down', names.length));

      expect(String(error)).toContain('Passwords and the keys to personal data are kept here');
      expect(await schema()).toEqual(before);
      expect(await ran()).toEqual(names);
    },
  );
});

describe('A migration that is broken', () => {
  const write = (name: string, up: string): Promise<void> =>
    writeFile(path.join(folder, name), `-- Up Migration\n${up}\n-- Down Migration\n`);
  const up = (): Promise<string[]> => migrate(database.url, 'up', undefined, folder);

  it('given good ones before it, when brought up, then nothing is changed at all', async () => {
    await up();
    const before = await schema();
    await write('9001_good.sql', 'CREATE SCHEMA extra; CREATE TABLE extra.good (a integer);');
    await write('9002_broken.sql', 'CREATE TABLE extra.broken (a integer); SELECT 1 / 0;');

    expect(String(await failure(up()))).toContain('division by zero');

    expect(await schema()).toEqual(before);
    expect(await ran()).toEqual(names);

    await write('9002_broken.sql', 'CREATE TABLE extra.mended (a integer);');
    expect(await up()).toEqual(['9001_good', '9002_broken']);
  });

  it('given one that should have come earlier, then it is refused, not slipped in', async () => {
    await up();
    await write('0000_late.sql', 'CREATE SCHEMA extra;');

    expect(await failure(up())).toBeInstanceOf(Error);

    expect(await ran()).toEqual(names);
  });
});

describe('Beginning a new migration', () => {
  it('given some, then it gets the next number, and can be run as it is', async () => {
    const file = await createMigration('add-webhooks', folder);

    const number = String(Number(names.at(-1)?.slice(0, 4)) + 1).padStart(4, '0');
    expect(path.basename(file)).toBe(`${number}_add-webhooks.sql`);
    expect(await readFile(file, 'utf8')).toBe('-- Up Migration\n\n-- Down Migration\n');
    expect((await migrate(database.url, 'up', undefined, folder)).at(-1)).toContain('add-webhooks');
  });

  it('given none, or other files beside them, then it counts migrations only', async () => {
    const empty = path.join(folder, 'below');
    expect(path.basename(await createMigration('first', empty))).toBe('0001_first.sql');
    await writeFile(path.join(empty, 'README.md'), 'About these');

    expect(path.basename(await createMigration('second', empty))).toBe('0002_second.sql');
  });
});
