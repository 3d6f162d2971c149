import { Container } from 'inversify';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { healthOf } from '../../src/composition/health.js';
import { tokens } from '../../src/composition/tokens.js';
import { readConfiguration } from '../../src/platform/configuration.js';
import { createLogger } from '../../src/platform/logger.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { MemoryDirectory } from '../../src/projections/memory-directory.js';
import { ProjectionEngine } from '../../src/projections/projection-engine.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { eventually } from '../event-store/support/waiting.js';
import { insertRaw } from '../projections/support/happenings.js';
import { RunningEngine } from '../projections/support/read-models.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

async function ready(app: TestApp): Promise<{ status: number; body: unknown; wait: unknown }> {
  const answer = await fetch(`${app.url}/readyz`);
  const wait = answer.headers.get('Retry-After');
  return { status: answer.status, body: await answer.json(), wait };
}

const allIsWell = { status: 200, body: { status: 'ok' }, wait: null };

async function untilAllIsWell(app: TestApp): Promise<void> {
  await eventually('all is well', async () => (await ready(app)).status === 200);
  expect(await ready(app)).toEqual(allIsWell);
}

describe('Whether a Watchbook is ready', () => {
  let app: TestApp;
  afterEach(() => app.stop());

  it('given a projection was stopped, then it is not, and says which', async () => {
    // The event that nobody can read is written with SQL.
    app = await startTestApp({ EVENT_STORE_URL: '' });
    await untilAllIsWell(app);
    const client = await connect(app.databaseUrl);
    const log = {
      query: async (text: string, values?: unknown[]) =>
        (await client.query<Record<string, unknown>>(text, values)).rows,
    };

    await insertRaw(log, { stream: 'tag-x', type: 'TagPolished', version: 1, data: {} });
    await client.end();

    await eventually('it is not', async () => (await ready(app)).status === 503);
    expect(await ready(app)).toMatchObject({
      wait: '1',
      body: { status: 'not ready', missing: { 'projection tags': expect.any(String) } },
    });
    expect((await fetch(`${app.url}/livez`)).status).toBe(200);
  });
});

describe('Whether a Watchbook is ready, with a database that comes and goes', () => {
  it('given it is away, then it is not; given it is back, then it is', async () => {
    const beside = await startTestApp();
    const proxy = await TcpProxy.start(beside.databaseUrl);
    const app = await startTestApp({ DATABASE_URL: proxy.url });
    await untilAllIsWell(app);

    await proxy.refuse();
    expect(await ready(app)).toMatchObject({
      status: 503,
      body: { missing: { database: 'PostgreSQL does not answer' } },
    });
    await proxy.restore();
    await untilAllIsWell(app);

    await app.stop();
    await proxy.stop();
    await beside.stop();
  });
});

describe('What keeps a process from being ready', () => {
  const subject = usePostgresLog();
  let container: Container;
  let engine: RunningEngine;
  let clock: number;
  const directories: MemoryDirectory[] = [];

  beforeEach(async () => {
    clock = 0;
    const log = createLogger('silent');
    const store = subject.log.open();
    const directory = new MemoryDirectory(store, log, () => clock);
    await directory.start();
    directories.push(directory);
    engine = await RunningEngine.start(subject.log);
    await eventually('it has caught up', () => engine.engine.hasCaughtUp);
    container = new Container();
    container.bind(tokens.pool).toConstantValue(createPool(subject.log.url, 1, log));
    container.bind(MemoryDirectory).toConstantValue(directory);
    container.bind(ProjectionEngine).toConstantValue(engine.engine);
    container.bind(tokens.configuration).toConstantValue(readConfiguration({}));
    container.bind(tokens.eventStoreAnswers).toConstantValue(() => Promise.resolve(true));
  });
  afterEach(async () => {
    for (const directory of directories.splice(0)) await directory.stop();
    await engine.stop();
    await container.get(tokens.pool).end();
  });

  it('given all of it works, then nothing', async () => {
    expect(await healthOf(container)()).toEqual({});
  });

  it('given the log has been silent for seconds, then that', async () => {
    const directory = container.get(MemoryDirectory);
    await directory.stop();
    clock += 5_001;

    expect(Object.keys(await healthOf(container)())).toEqual(['event_log']);
  });

  it('given the event store is elsewhere and does not answer, then that', async () => {
    const answers = container.rebind(tokens.eventStoreAnswers);
    answers.toConstantValue(() => Promise.resolve(false));

    expect(Object.keys(await healthOf(container)())).toEqual(['event_store']);
  });

  it('given read models are catching up, then that, unless they are kept elsewhere', async () => {
    const store = subject.log.open();
    const pool = container.get(tokens.pool);
    const late = new ProjectionEngine(store, pool, [], engine.gate, createLogger('silent'));
    container.rebind(ProjectionEngine).toConstantValue(late);

    expect(Object.keys(await healthOf(container)())).toEqual(['read_models']);

    const elsewhere = readConfiguration({ ROLES: 'api' });
    container.rebind(tokens.configuration).toConstantValue(elsewhere);
    expect(await healthOf(container)()).toEqual({});
  });
});
