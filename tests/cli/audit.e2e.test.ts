import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeService, makeTag } from '../resources/support/making.js';
import { runSql } from '../http/support/database.js';
import { type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { type Ended, Watchbook } from './support/watchbook.js';

// Each of these starts processes.
jest.setTimeout(60_000);

let app: TestApp;
let dataDir: string;
let ana: Person;
let service: string;

beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-audit-'));
  // It seals the log, too, with the key that is there.
  app = await startTestApp({ DATA_DIR: dataDir, EVENT_STORE_URL: '' });
  ana = await app.person('operator');
  await app.call('PATCH', '/users/me', { as: ana, body: { full_name: 'Ana' } });
  service = (await makeService(app, ana, { name: 'billing-api' })).id;
  await app.call('PATCH', `/services/${service}`, { as: ana, body: { name: 'billing' } });
}, 30_000);
afterEach(() => Watchbook.killAll());
afterAll(async () => {
  await app.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({
  DATABASE_URL: app.databaseUrl,
  DATA_DIR: dataDir,
});
const audit = (...args: string[]): Promise<Ended> =>
  Watchbook.run(['audit', ...args], environment());
const linesOf = ({ stdout }: Ended): string[] => stdout.trim().split('\n');

describe('watchbook audit replay', () => {
  it('tells the story in order', async () => {
    const told = await audit('replay', '--stream', `service-${service}`);

    expect(told.code).toBe(0);
    expect(linesOf(told)).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\d [\d:.]+ {2}Ana registered service \*billing-api\*/),
      expect.stringContaining('Ana renamed service *billing-api* to *billing*'),
    ]);
  });

  it('as JSON lines has what the API has', async () => {
    const told = await audit('replay', '--actor', ana.id, '--format', 'jsonl');
    const answer = await app.call('GET', `/audit?actor_id=${ana.id}`, { as: app.admin });

    expect(linesOf(told).map((line): unknown => JSON.parse(line))).toEqual(
      [...answer.list].reverse(),
    );
  });

  it('keeps to a time, and to a type', async () => {
    const future = await audit('replay', '--from', '2999-01-01');
    const past = await audit('replay', '--to', '2001-01-01T00:00:00Z');
    const renamed = await audit('replay', '--type', 'ServiceRenamed');

    expect([future.stdout, past.stdout]).toEqual(['', '']);
    expect(linesOf(renamed)).toHaveLength(1);
  });

  it('goes on with what happens, when it is to follow', async () => {
    const tag = await makeTag(app, ana);
    const args = ['audit', 'replay', '--follow', '--stream', `tag-${tag.id}`];
    const watchbook = new Watchbook(args, environment());
    await watchbook.says(/(created tag)/);
    await app.call('DELETE', `/tags/${tag.id}`, { as: ana });
    await watchbook.says(/(deleted tag)/);

    expect(await watchbook.kill('SIGINT')).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    [['--speed', 'fast'], 'such as 10x'],
    [['--from', 'yesterday'], 'Must be a time'],
    [['--format', 'xml'], 'text, jsonl'],
    [['--type', 'TagPolished'], 'There is no such type of event: TagPolished.'],
  ])('given %j, then it says what is wrong', async (args, message) => {
    const told = await audit('replay', ...args);

    expect(told.code).not.toBe(0);
    expect(told.stderr).toContain(message);
  });
});

describe('watchbook audit trace', () => {
  it('draws what one request set off', async () => {
    const leaver = await app.person();
    await makeTag(app, leaver, { name: 'orphan' });
    const headers = { 'X-Request-Id': 'the-farewell' };
    await app.call('DELETE', `/users/${leaver.id}`, { as: app.admin, headers });

    const told = await audit('trace', 'the-farewell');

    expect(told.code).toBe(0);
    expect(linesOf(told)).toEqual([
      expect.stringMatching(/^└─ DeleteUser by admin@example\.org at .*, allowed by superuser$/),
      expect.stringMatching(/^ {3}├─ admin@example\.org deleted a forgotten person’s account$/),
      expect.stringMatching(/^ {3}│ {2}└─ DeleteTag by Watchbook \(retire-users\) at /),
      '   │     ├─ Watchbook (retire-users) deleted tag *orphan*',
      '   │     └─ Watchbook (retire-users) released a tag name that tag *orphan* had',
      expect.stringMatching(/^ {3}└─ admin@example\.org released an e-mail address/),
    ]);
  });

  it('given nobody knows it, then it says so', async () => {
    expect(await audit('trace', 'nothing')).toMatchObject({
      code: 1,
      stderr: 'Nothing in the log has the correlation id nothing.\n',
    });
  });
});

describe('watchbook audit verify', () => {
  it('proves a sealed log, also after somebody was forgotten, and finds a byte that was changed', async () => {
    const leaver = await app.person();
    const signed = await audit('seals', 'sign');
    const seal = path.join(dataDir, 'newest-seal.jsonl');
    await writeFile(seal, signed.stdout);
    await app.call('DELETE', `/users/${leaver.id}`, { as: app.admin });
    const intact = await audit('verify', '--seals', seal);
    expect([intact.code, intact.stdout]).toEqual([
      0,
      expect.stringMatching(/^The log is as it was sealed: \d+ events in \d+ blocks?\./),
    ]);

    await runSql(app.databaseUrl, 'ALTER TABLE log.events DISABLE TRIGGER events_are_facts');
    const [changed] = await runSql(
      app.databaseUrl,
      `UPDATE log.events SET data = replace(data::text, '"billing"', '"killing"')::json
        WHERE stream = $1 AND type = 'ServiceRenamed' RETURNING position`,
      [`service-${service}`],
    );

    const broken = await audit('verify');
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain(
      `event at position ${String(changed?.['position'])} (ServiceRenamed, revision 1 of stream service-${service}) is not as it was sealed`,
    );
    expect(await audit('verify', '--seals', seal)).toEqual(broken);
  });

  it('exports seals that can be read again, and the key that signed them', async () => {
    const exported = await audit('seals', 'export', '--with-events');
    const key = await audit('seals', 'key');

    expect(exported.code).toBe(0);
    for (const [index, line] of linesOf(exported).entries())
      expect(JSON.parse(line)).toMatchObject({ format: 'watchbook-seal-1', number: index + 1 });
    expect(key.stdout).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  });

  it('given files that are not what they should be, then it says so', async () => {
    const bad = path.join(dataDir, 'bad');
    await writeFile(bad, 'bad\n');

    expect(await audit('verify', '--seals', bad)).toMatchObject({
      code: 1,
      stderr: `${bad} cannot be read as seals: Line 1 is no seal\n`,
    });
    expect((await audit('verify', '--key', bad)).stderr).toContain('no Ed25519 public key');
    expect((await audit('verify', '--seals', `${bad}-er`)).stderr).toContain('ENOENT');
  });
});
