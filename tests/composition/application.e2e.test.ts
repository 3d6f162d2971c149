import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Application, startApplication } from '../../src/composition/application.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';
import { connect } from '../../src/platform/postgres.js';
import { eventually, failure, within } from '../event-store/support/waiting.js';
import { startTestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let dataDir: string;
beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await mkdtemp(path.join(tmpdir(), 'watchbook-application-'));
});
afterEach(async () => {
  await database.drop();
  await rm(dataDir, { recursive: true });
});

function start(environment: Record<string, string> = {}): Promise<Application> {
  const configuration = readConfiguration({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    ADMIN_PASSWORD: 'the administrator',
    ...environment,
  });
  return startApplication(configuration, createLogger('silent'));
}

/** How many connections the application has to its database. */
async function connections(url: string): Promise<number> {
  const client = await connect(url);
  try {
    const { rows } = await client.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    return rows.length;
  } finally {
    await client.end();
  }
}

async function takenPort(): Promise<{ port: number; free: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return { port, free: () => void server.close() };
}

describe('An application that is told to stop', () => {
  it('given a request is running, then it is finished as ever, and only then all ends', async () => {
    // Where an append can be made to wait for as long as it takes.
    const app = await startTestApp({ EVENT_STORE_URL: '' });
    const blocker = await connect(app.databaseUrl);
    await blocker.query('SELECT pg_advisory_lock(7310578001)');
    const running = app.call('POST', '/tags', { as: app.admin, body: { name: 'late' } });
    await eventually('the append waits', async () => {
      const { rows } = await blocker.query(
        `SELECT FROM pg_stat_activity WHERE query LIKE '%log.append(%' AND wait_event = 'advisory'`,
      );
      return rows.length > 0;
    });

    let hasStopped = false;
    const stopping = app.application.stop().then(() => (hasStopped = true));
    await eventually('new requests are refused', async () => {
      const answered = await fetch(`${app.url}/livez`).catch(() => undefined);
      return answered === undefined;
    });
    expect(hasStopped).toBe(false);
    await blocker.query('SELECT pg_advisory_unlock(7310578001)');

    // Not 202: the readers of the log were still there when it waited for them.
    expect(await running).toMatchObject({ status: 201, body: { name: 'late' } });
    // Nor did it wait for the client to hang up.
    await within(2_000, 'it has stopped', stopping);
    await blocker.end();
    await eventually('it is gone', async () => (await connections(app.databaseUrl)) === 0);
    await app.stop();
  });

  it('given clients keep connections for later, then nobody waits for them', async () => {
    const app = await start();
    const agent = new Agent({ keepAlive: true });
    await new Promise((resolve, reject) => {
      const asked = request({ ...app.address, agent, path: '/livez' }, (response) =>
        response.resume().on('end', resolve),
      );
      asked.on('error', reject).end();
    });

    await within(3_000, 'it has stopped', app.stop());

    agent.destroy();
  });

  it('given it is told twice, then both are told when it has stopped', async () => {
    const app = await start();

    await Promise.all([app.stop(), app.stop()]);

    expect(await connections(database.url)).toBe(0);
  });

  it('given it starts again on the same database, then it makes nobody a second time', async () => {
    const first = await start();
    await first.stop();
    const second = await start();
    await second.stop();

    expect(first.firstAdministrator).toEqual({
      email: 'admin@watchbook.local',
      generatedPassword: undefined,
    });
    expect(second.firstAdministrator).toBeUndefined();
  });
});

describe('A start that fails', () => {
  it('given the port is taken, then what was started is stopped, and the reason is told', async () => {
    const { port, free } = await takenPort();

    const error = await failure(start({ PORT: String(port) }));

    expect(error).toMatchObject({ code: 'EADDRINUSE' });
    expect(await connections(database.url)).toBe(0);
    free();
    await (await start()).stop();
  });

  it('given nobody listens where the database should be, then the reason is told', async () => {
    const { port, free } = await takenPort();
    free();

    const error = await failure(start({ DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c` }));

    expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('given there is no such database, then the reason is told', async () => {
    const elsewhere = new URL(database.url);
    elsewhere.pathname = '/nowhere';

    expect(await failure(start({ DATABASE_URL: elsewhere.href }))).toMatchObject({ code: '3D000' });
  });

  it('given the data folder cannot be used, then all connections are closed again', async () => {
    const error = await failure(start({ DATA_DIR: path.join(import.meta.filename, 'data') }));

    expect(error).toMatchObject({ code: 'ENOTDIR' });
    expect(await connections(database.url)).toBe(0);
  });
});

describe('A process without the API', () => {
  it('given other roles, then it says how it is, and answers nothing else', async () => {
    const app = await start({ ROLES: 'projector' });
    const url = `http://${app.address.host}:${app.address.port}`;

    await eventually('it is ready', async () => (await fetch(`${url}/readyz`)).status === 200);
    expect((await fetch(`${url}/api/v1/services`)).status).toBe(404);

    await app.stop();
  });
});
