import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { migrate } from '../../src/platform/migrations.js';
import { openPostgresEventStore } from '../event-store/support/postgres.js';
import { ids, newStream, renames } from '../event-store/support/events.js';
import { readAll } from '../event-store/support/reading.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { type Ended, Watchbook } from './support/watchbook.js';

jest.setTimeout(60_000);

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = [await createTestDatabase(), await createTestDatabase()];
  await migrate(source.url, 'up');
  await append(source.url, 3);
});
afterAll(async () => {
  await Watchbook.killAll();
  await source.drop();
  await target.drop();
});

async function append(url: string, events: number): Promise<void> {
  const { store, close } = openPostgresEventStore(url);
  await store.append(newStream(), 'no-stream', renames(events));
  await close();
}

async function idsIn(url: string): Promise<string[]> {
  const { store, close } = openPostgresEventStore(url);
  const entries = await readAll(store);
  await close();
  return ids(entries);
}

const copy = (...more: string[]): Promise<Ended> =>
  Watchbook.run(['events', 'copy', '--from', 'postgres', ...more], { DATABASE_URL: source.url });

describe('Copying the event log', () => {
  it('given an empty database, then it gets the log, and again what came since', async () => {
    const first = await copy('--to', target.url);

    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(
      /3 events {2}sha256 [0-9a-f]{64}\n.*3 events.*\nThey are the same/,
    );
    expect(first.stderr).toContain('Copying   [########################] 100 %, 3 events');
    expect(first.stdout + first.stderr).not.toContain(new URL(target.url).password);

    await append(source.url, 2);
    const second = await copy('--to', target.url);

    expect(second).toMatchObject({ code: 0 });
    expect(await idsIn(target.url)).toEqual(await idsIn(source.url));
  });

  it('given both are the same, when only verified, then it says so; else it ends with 1', async () => {
    await copy('--to', target.url);
    expect(await copy('--to', target.url, '--verify-only')).toMatchObject({ code: 0 });

    await append(source.url, 1);
    const differing = await copy('--to', target.url, '--verify-only');

    expect(differing).toMatchObject({ code: 1, stderr: expect.stringContaining('not the same') });
  });

  it('given a target with another log, then it is refused and left alone', async () => {
    const other = await createTestDatabase();
    await migrate(other.url, 'up');
    await append(other.url, 1);
    const before = await idsIn(other.url);

    const refused = await copy('--to', other.url);

    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Copy into an empty'),
    });
    expect(await idsIn(other.url)).toEqual(before);
    await other.drop();
  });

  it('given no such store, then it says what a store is called', async () => {
    const refused = await copy('--to', 'mongodb://127.0.0.1');

    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/^Name a store as/m) });
  });
});
