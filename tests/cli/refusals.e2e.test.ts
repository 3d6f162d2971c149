import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { connect } from '../../src/platform/postgres.js';
import { eventually } from '../event-store/support/waiting.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { DataFolder } from './support/data-folder.js';
import { Watchbook } from './support/watchbook.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let folder: DataFolder;
let taken: Server;
let port: number;
beforeAll(async () => {
  database = await createTestDatabase();
  folder = await DataFolder.make();
  taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const address = taken.address();
  port = typeof address === 'object' ? (address?.port ?? 0) : 0;
});
afterAll(async () => {
  await Watchbook.killAll();
  taken.close();
  await folder.remove();
  await database.drop();
});

const here = (): Record<string, string> => ({
  DATA_DIR: folder.dataDir,
  DATABASE_URL: database.url,
  PORT: '0',
  ADMIN_PASSWORD: 'the administrator',
});

describe('A Watchbook that cannot start', () => {
  it('given a wrong configuration, then it names every variable that is wrong, at once', async () => {
    const ended = await Watchbook.run(['serve'], {
      PORT: 'http',
      ADMIN_EMAIL: 'nobody',
      SIGNUP: 'maybe',
      ROLES: 'api,king',
      DATABASE_URL: 'mysql://localhost',
      JWT_SECRET: 'short',
    });

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    const [first, ...lines] = ended.stderr.trimEnd().split('\n');
    expect(first).toBe('The configuration is not right:');
    expect(lines.map((line) => line.trim().split(':')[0]).sort()).toEqual(
      ['ADMIN_EMAIL', 'DATABASE_URL', 'JWT_SECRET', 'PORT', 'ROLES', 'SIGNUP'].sort(),
    );
  });

  it('given its port is taken, then it says so in one line', async () => {
    const ended = await Watchbook.run(['serve'], { ...here(), PORT: String(port) });

    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(`Port ${port} on 127.0.0.1 is taken. Set PORT to another one.\n`);
  });

  it('given its database is not there, then it says which, without the password', async () => {
    const DATABASE_URL = 'postgres://someone:secret@127.0.0.1:1/nowhere';
    const ended = await Watchbook.run(['serve'], { ...here(), DATABASE_URL });

    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      'The database at postgres://someone@127.0.0.1:1/nowhere cannot be used (ECONNREFUSED). ' +
        'Check DATABASE_URL.\n',
    );
  });

  it('given an address that is not of this computer, then it says so in one line', async () => {
    const ended = await Watchbook.run(['serve'], { ...here(), HOST: '192.0.2.1' });

    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      'Cannot listen on 192.0.2.1, port 0 (EADDRNOTAVAIL). Check HOST and PORT.\n',
    );
  });

  it('given a command there is not, then it says so', async () => {
    const ended = await Watchbook.run(['frobnicate']);

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toContain(`unknown command 'frobnicate'`);
  });
});

describe('A Watchbook that takes long to stop', () => {
  it('given a second Ctrl-C, then it goes at once', async () => {
    const watchbook = new Watchbook(['serve'], here());
    const url = await watchbook.listens();
    const blocker = await connect(database.url);
    await blocker.query('SELECT pg_advisory_lock(7310578001)');
    const running = fetch(`${url}/api/v1/users/signup`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ email: 'a@example.org', password: 'password' }),
    }).catch(() => undefined);
    await eventually('the append waits', async () => {
      const { rows } = await blocker.query(
        `SELECT FROM pg_stat_activity WHERE query LIKE '%log.append(%' AND wait_event = 'advisory'`,
      );
      return rows.length > 0;
    });

    watchbook.child.kill('SIGINT');
    await watchbook.says(/(Stopping)/);
    const ended = await watchbook.kill('SIGINT');

    expect(ended).toMatchObject({ code: 130, stderr: '' });
    await running;
    await blocker.end();
  });
});
