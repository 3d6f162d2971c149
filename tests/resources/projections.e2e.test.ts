import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type z } from 'zod';
import {
  ProjectionView,
  RebuildView,
  ServiceView,
  VerificationView,
} from '../../src/http/resources/views.js';
import { services } from '../../src/projections/services.js';
import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { expectInvalid, expectProblem, Message, read, readPage } from './support/answers.js';
import { Ledger } from './support/log.js';

let app: TestApp;
let ledger: Ledger;
let serviceId: string;

beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
  ({ id: serviceId } = await register('Shop'));
  for (let round = 0; round < 20; round += 1) await register(`Service ${round}`);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

async function register(name: string): Promise<z.infer<typeof ServiceView>> {
  const body = { name, url: 'https://example.org', type: 'http' };
  return read(await app.call('POST', '/services', { as: app.admin, body }), 201, ServiceView);
}

const post = (path: string, body?: object): Promise<Answer> =>
  app.call('POST', path, { as: app.admin, ...(body && { body }) });
const get = (path: string): Promise<Answer> => app.call('GET', path, { as: app.admin });

async function projection(name = 'services'): Promise<z.infer<typeof ProjectionView>> {
  return read(await get(`/projections/${name}`), 200, ProjectionView);
}

async function verified(name = 'services'): Promise<z.infer<typeof VerificationView>> {
  return read(await post(`/projections/${name}/verify`), 200, VerificationView);
}

/** Begins one, and waits for its end. */
async function rebuilt(path: string): Promise<z.infer<typeof RebuildView>> {
  const begun = await post(path);
  expect([begun.status, begun.text]).toEqual([202, expect.any(String)]);
  return ended(begun);
}

async function ended(begun: Answer): Promise<z.infer<typeof RebuildView>> {
  const location = begun.headers.get('Location')?.replace('/api/v1', '') ?? '';
  const look = async (): Promise<z.infer<typeof RebuildView>> =>
    read(await get(location), 200, RebuildView);
  await eventually('it ends', async () => (await look()).ended_at !== null);
  return look();
}

async function loggedTypes(name = 'services'): Promise<unknown[]> {
  return (await ledger.stream(`projection-${name}`)).map(({ type }) => type);
}

describe('Read models and how they stand', () => {
  it('given nothing is wrong, then all of them run, with nothing between them and the log', async () => {
    const { data } = readPage(await get('/projections'), ProjectionView);

    expect(data.map(({ name }) => name)).toEqual([
      'audit',
      'roles',
      'services',
      'tags',
      'users',
      'webhooks',
    ]);
    for (const one of data)
      expect(one).toMatchObject({ state: 'running', error: null, lag: { events: 0, seconds: 0 } });
  });

  it.each([
    ['GET', '/projections/nobody'],
    ['POST', '/projections/nobody/rebuild'],
    ['POST', '/projections/nobody/verify'],
    ['POST', '/projections/nobody/rollback'],
    ['POST', '/projections/nobody/retry'],
    ['POST', '/projections/process:retire-users/rebuild'],
    ['POST', '/projections/services;DROP/rebuild'],
  ])('given there is none of that name, when %s %s, then it is not found', async (method, path) => {
    expectProblem(await app.call(method, path, { as: app.admin }), 404, 'Projection not found');
  });

  it('given a rebuild of another read model, then it is not found here', async () => {
    const id = randomUUID();
    expectProblem(await get(`/projections/services/rebuilds/${id}`), 404, 'Rebuild not found');
    expectInvalid(await get('/projections/services/rebuilds/17'), 'id');
    const answer = await app.call('DELETE', `/projections/services/rebuilds/${id}`, {
      as: app.admin,
    });
    expectProblem(answer, 404, 'Rebuild not found');
  });
});

describe('Rebuilding a read model', () => {
  it('given readers and writers, then none of them notices, and it equals the log', async () => {
    const busy = { isOver: false };
    const unexpected: string[] = [];
    const counts: number[] = [];
    const reading = (async () => {
      while (!busy.isOver) {
        const answer = await get('/services?limit=1');
        if (answer.status === 200) counts.push(Number(answer.body['count']));
        else unexpected.push(answer.text);
      }
    })();
    const writing = (async () => {
      for (let n = 0; !busy.isOver; n += 1) {
        const { id, name } = await register(`Meanwhile ${n}`);
        const answer = await get(`/services/${id}`);
        if (!answer.text.includes(`"name":"${name}"`)) unexpected.push(answer.text);
      }
    })();

    const done = await rebuilt('/projections/services/rebuild');
    busy.isOver = true;
    await Promise.all([reading, writing]);

    expect(done).toMatchObject({ stage: 'swapped', reason: null, kind: 'rebuild' });
    expect(unexpected).toEqual([]);
    expect(counts.length).toBeGreaterThan(0);
    expect([...counts].sort((a, b) => a - b)).toEqual(counts);
    expect(await verified()).toMatchObject({ is_equal: true, differing: 0 });
    expect((await projection()).kept).toMatchObject({ version: services.version });
  }, 20_000);

  it('given it ended, then the log says who wanted it and how it ended', async () => {
    await rebuilt('/projections/tags/rebuild');

    await eventually('its end is told', async () => (await loggedTypes('tags')).length === 2);
    expect(await loggedTypes('tags')).toEqual([
      'ProjectionRebuildRequested',
      'ProjectionRebuildEnded',
    ]);
  });

  it('given one is under way, when another is wanted, then 409; and it can be cancelled', async () => {
    // It cannot end while somebody has the table in their hands.
    const holder = runSql(app.databaseUrl, 'BEGIN; SELECT 1 FROM read.users; SELECT pg_sleep(3)');
    const begun = await post('/projections/users/rebuild');
    expect(begun.status).toBe(202);

    expectProblem(
      await post('/projections/users/rebuild'),
      409,
      'A rebuild of this projection is running already: wait for it, or cancel it',
    );
    const path = `/projections/users/rebuilds/${str(begun.body['id'])}`;
    read(await app.call('DELETE', path, { as: app.admin }), 200, Message);

    expect(await ended(begun)).toMatchObject({ stage: 'cancelled', is_cancelled: true });
    expect(await runSql(app.databaseUrl, `SELECT to_regclass('read_next.users') AS t`)).toEqual([
      { t: null },
    ]);
    await eventually('its end is told', async () => (await loggedTypes('users')).length === 3);
    expectProblem(
      await app.call('DELETE', path, { as: app.admin }),
      409,
      'This rebuild has ended already',
    );
    await holder;
  }, 20_000);

  it('given it was rebuilt, when it is rolled back, then the old table is read, up to date', async () => {
    await rebuilt('/projections/services/rebuild');
    const [before] = await runSql(app.databaseUrl, `SELECT 'read_before.services'::regclass::oid`);
    await register('After the rebuild');
    await eventually(
      'its end is told',
      async () => (await loggedTypes()).at(-1) === 'ProjectionRebuildEnded',
    );

    const done = await rebuilt('/projections/services/rollback');

    expect(done).toMatchObject({ stage: 'swapped', kind: 'rollback' });
    const [after] = await runSql(app.databaseUrl, `SELECT 'read.services'::regclass::oid`);
    expect(after).toEqual(before);
    expect(await verified()).toMatchObject({ is_equal: true });
  }, 20_000);

  it('given it never was rebuilt, when it is to be rolled back, then 409', async () => {
    expectProblem(
      await post('/projections/roles/rollback'),
      409,
      'No table from before a rebuild is kept of this projection',
    );
  });
});

describe('Comparing a read model with the log', () => {
  it('given rows that somebody changed, removed and made up, then it names each', async () => {
    const gone = await register('Soon gone');
    const madeUp = randomUUID();
    await runSql(
      app.databaseUrl,
      `UPDATE read.services SET name = 'Forged' WHERE id = '${serviceId}'`,
    );
    await runSql(app.databaseUrl, `DELETE FROM read.services WHERE id = '${gone.id}'`);
    await runSql(app.databaseUrl, `INSERT INTO read.services (id, name) VALUES ('${madeUp}', 'x')`);

    const { is_equal, differing, differences, rows, checksum } = await verified();

    expect([is_equal, differing]).toEqual([false, 3]);
    expect(rows.live).toBe(rows.folded);
    expect(checksum.live).not.toBe(checksum.folded);
    const of = (key: string): unknown => differences.find((one) => one.key === key);
    const stream = (id: string): unknown => ({
      stream: `service-${id}`,
      type: 'ServiceRegistered',
    });
    expect(of(serviceId)).toMatchObject({
      kind: 'changed',
      columns: ['name'],
      last_event: stream(serviceId),
    });
    expect(of(gone.id)).toMatchObject({ kind: 'missing', last_event: stream(gone.id) });
    expect(of(madeUp)).toMatchObject({ kind: 'surplus', last_event: null });

    await rebuilt('/projections/services/rebuild');
    expect(await verified()).toMatchObject({ is_equal: true });
  }, 20_000);

  it('given another version made the table, then there is nothing to compare: 409', async () => {
    const setVersion = (version: number): Promise<unknown> =>
      runSql(
        app.databaseUrl,
        `UPDATE readers.checkpoints SET version = ${version} WHERE reader = 'roles'`,
      );
    const { version } = await projection('roles');
    await setVersion(version + 1);

    const answer = await post('/projections/roles/verify');

    const detail = `Version ${version + 1} made the table of roles; this is version ${version}`;
    expectProblem(answer, 409, detail);
    await setVersion(version);
    await eventually(
      'it is kept again',
      async () => (await projection('roles')).state === 'running',
    );
  });
});

describe('A read model that an event stopped', () => {
  let eventId: string;
  const stop = async (): Promise<void> => {
    eventId = await ledger.appendUnreadable(`service-${serviceId}`, 'ServiceRenamed');
    await register('Behind it').catch(() => undefined);
    await eventually('it stops', async () => (await projection()).state === 'stopped');
  };
  let reader: Person;
  beforeAll(async () => {
    reader = await app.person('admin');
    await stop();
  }, 20_000);

  it('given it is stopped, then it says where and why, and the others go on', async () => {
    const { error, lag } = await projection();
    expect(error).toMatchObject({ event_id: eventId });
    expect(error?.message).toContain('was written by a newer Watchbook');
    expect(lag.events).toBeGreaterThan(0);
    const { data } = readPage(await get('/projections'), ProjectionView);
    const others = data.filter(({ name }) => name !== 'services');
    expect(new Set(others.map(({ state }) => state))).toEqual(new Set(['running']));
  });

  it('given it is tried again, then it stops there again', async () => {
    read(await post('/projections/services/retry'), 200, Message);

    await eventually(
      'it was tried',
      async () => (await loggedTypes()).at(-1) === 'ProjectionRetried',
    );
    await eventually('it stops', async () => (await projection()).state === 'stopped');
  });

  it('given a rebuild, then that fails with the same cause, and nothing else happens', async () => {
    const done = await rebuilt('/projections/services/rebuild');

    expect(done.stage).toBe('failed');
    expect(done.reason).toContain(eventId);
    expect((await projection()).state).toBe('stopped');
  });

  it('given another event is named, then nothing is skipped', async () => {
    expectProblem(
      await post('/projections/services/skip', { event_id: randomUUID() }),
      409,
      `The projection is stopped by another event: ${eventId}`,
    );
    expectInvalid(await post('/projections/services/skip', {}), 'event_id');
  });

  it('given its event is skipped, then it goes on, and that is who did it', async () => {
    const answer = await app.call('POST', '/projections/services/skip', {
      as: reader,
      body: { event_id: eventId },
    });
    read(answer, 200, Message);

    await eventually('it goes on', async () => {
      const { state, lag } = await projection();
      return state === 'running' && lag.events === 0;
    });
    const skipped = (await ledger.all()).filter(({ type }) => type === 'ProjectionEventSkipped');
    expect(skipped).toMatchObject([{ metadata: { actor: { id: reader.id } }, data: { eventId } }]);
    expect(await verified()).toMatchObject({ is_equal: true });
    expect(await rebuilt('/projections/services/rebuild')).toMatchObject({ stage: 'swapped' });
    expect(await verified()).toMatchObject({ is_equal: true });
  }, 20_000);

  it('given it runs, when it is to be tried again, then 409', async () => {
    expectProblem(
      await post('/projections/services/retry'),
      409,
      'This projection is not stopped by an event',
    );
  });
});
