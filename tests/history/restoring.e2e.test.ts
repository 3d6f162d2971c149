import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView } from '../../src/http/resources/views.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  read,
} from '../resources/support/answers.js';
import { Ledger } from '../resources/support/log.js';
import { makeService, makeTag, nobody, type Service } from '../resources/support/making.js';
import { type Answer, type CallOptions, startTestApp, type TestApp } from '../support/test-app.js';

let app: TestApp;
let ledger: Ledger;
beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
}, 30_000);
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

async function send(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await app.call(method, path, { as: app.admin, ...(body && { body }) });
  expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
  return answer;
}

const restore = (id: string, body?: object, options: CallOptions = {}): Promise<Answer> =>
  app.call('POST', `/services/${id}/restore`, { as: app.admin, ...(body && { body }), ...options });

const deleteUser = (id: string): Promise<Answer> =>
  send('DELETE', `/users/${id}?reassign_to=${app.admin.id}`);

/** What whoever looks after a service decided about it. */
function configuration(service: Service): object {
  const { version: _version, updated_at: _updated, ...rest } = service;
  return rest;
}

/** A service with everything changed since it was made. */
async function changedInAllRespects(): Promise<Service> {
  const [tag, other] = [await makeTag(app, app.admin), await makeTag(app, app.admin)];
  const service = await makeService(app, app.admin, {
    ...{ timeout_ms: 700, degraded_above_ms: 300, tags: [tag.id] },
    expect: { method: 'HEAD', headers: { accept: 'text/html' }, status: [200, '300-302'] },
  });
  const it = `/services/${service.id}`;
  const heir = await app.person();
  await send('PATCH', it, {
    type: 'dns',
    url: 'dns://a.example',
    name: 'Another',
    tags: [other.id],
  });
  await send('PATCH', it, { interval_seconds: 20, timeout_ms: 100, failure_threshold: 9 });
  await send('POST', `${it}/pause`);
  await send('POST', `${it}/transfer`, { user_id: heir.id });
  return service;
}

describe('Restoring an earlier configuration', () => {
  it('given a time, when restored, then it is in every respect what it was', async () => {
    const service = await changedInAllRespects();

    const answer = await restore(service.id, { as_of: service.created_at });

    const now = read(answer, 200, ServiceView);
    expect(configuration(now)).toEqual(configuration(service));
    expect(now.version).toBeGreaterThan(service.version);
    expectCommandHeaders(answer, now.version);
  });

  it('given a revision, when restored, then it is in every respect what it was', async () => {
    const service = await changedInAllRespects();

    const now = read(await restore(service.id, { revision: service.version }), 200, ServiceView);

    expect(configuration(now)).toEqual(configuration(service));
  });

  it('given a restoration, when the log is read, then nothing was taken back and all was added', async () => {
    const service = await changedInAllRespects();
    const before = await ledger.stream(`service-${service.id}`);

    await restore(service.id, { revision: 1 });

    const after = await ledger.stream(`service-${service.id}`);
    expect(after.slice(0, before.length)).toEqual(before);
    const added = after.slice(before.length);
    expect(added.map(({ type }) => type).sort()).toEqual([
      ...['ServiceExpectationChanged', 'ServiceRenamed', 'ServiceRescheduled', 'ServiceResumed'],
      ...['ServiceRetargeted', 'ServiceTagged', 'ServiceThresholdsChanged', 'ServiceTransferred'],
      'ServiceUntagged',
    ]);
    expect(new Set(added.map(({ metadata }) => metadata.command))).toEqual(
      new Set(['RestoreService']),
    );
    expect(new Set(added.map(({ metadata }) => metadata.commandId)).size).toBe(1);
  });

  it('given a deleted service, when a time is named, then it comes back as it was then', async () => {
    const service = await changedInAllRespects();
    await send('DELETE', `/services/${service.id}`);

    const now = read(await restore(service.id, { as_of: service.created_at }), 200, ServiceView);

    expect(configuration(now)).toEqual(configuration(service));
  });

  it('given nothing, or no fields, when restored, then a deleted service is back as it is', async () => {
    for (const body of [undefined, {}, { accept: [] }]) {
      const service = await makeService(app, app.admin);
      await send('DELETE', `/services/${service.id}`);

      const now = read(await restore(service.id, body), 200, ServiceView);

      expect(configuration(now)).toEqual(configuration(service));
    }
  });

  it('given what it is already, when restored, then nothing happens', async () => {
    const service = await makeService(app, app.admin);

    const now = read(await restore(service.id, { revision: 0 }), 200, ServiceView);

    expect(now).toEqual(service);
    expect(await ledger.stream(`service-${service.id}`)).toHaveLength(1);
  });

  it('given a stale revision in If-Match, when restored, then nothing happens', async () => {
    const service = await changedInAllRespects();
    const before = await ledger.stream(`service-${service.id}`);

    const answer = await restore(service.id, { revision: 0 }, { headers: { 'If-Match': '"1"' } });

    expect(answer.status).toBe(412);
    expect(await ledger.stream(`service-${service.id}`)).toEqual(before);
  });

  it('given a retry under one key, when sent, then it is done once', async () => {
    const service = await changedInAllRespects();
    const headers = { 'Idempotency-Key': `restore-${service.id}` };
    const first = await restore(service.id, { revision: 0 }, { headers });
    const length = (await ledger.stream(`service-${service.id}`)).length;

    const second = await restore(service.id, { revision: 0 }, { headers });

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
    expect(await ledger.stream(`service-${service.id}`)).toHaveLength(length);
    expect((await restore(service.id, { revision: 1 }, { headers })).status).toBe(422);
  });
});

describe('What cannot be as it was', () => {
  it('given a tag that is gone, when restored, then it is named, and accepting it goes on', async () => {
    const gone = await makeTag(app, app.admin);
    const kept = await makeTag(app, app.admin);
    const service = await makeService(app, app.admin, { tags: [gone.id, kept.id] });
    await send('PATCH', `/services/${service.id}`, { name: 'Another', tags: [] });
    await send('DELETE', `/tags/${gone.id}`);
    const before = await ledger.stream(`service-${service.id}`);

    const refused = await restore(service.id, { as_of: service.created_at });

    expect(refused.status).toBe(409);
    expect(refused.body['conflicts']).toEqual([
      {
        conflict: 'tag_gone',
        tag_id: gone.id,
        message: expect.stringContaining(gone.name),
        accept: `without_tag:${gone.id}`,
      },
    ]);
    expect(await ledger.stream(`service-${service.id}`)).toEqual(before);

    const accept = [`without_tag:${gone.id}`];
    const done = await restore(service.id, { as_of: service.created_at, accept });
    const now = read(done, 200, ServiceView);
    expect([now.name, now.tags.map(({ id }) => id)]).toEqual([service.name, [kept.id]]);
  });

  it('given a tag that was gone already then, when restored, then nobody is asked about it', async () => {
    const tag = await makeTag(app, app.admin);
    const service = await makeService(app, app.admin, { tags: [tag.id] });
    await send('DELETE', `/tags/${tag.id}`);
    const then = await send('PATCH', `/services/${service.id}`, { name: 'Without it' });
    await send('PATCH', `/services/${service.id}`, { name: 'Later' });

    const revision = ServiceView.parse(then.body).version;
    const now = read(await restore(service.id, { revision }), 200, ServiceView);

    expect([now.name, now.tags]).toEqual(['Without it', []]);
  });

  it('given an owner who is gone, when restored, then that is named, and accepting it keeps the owner', async () => {
    const ana = await app.person();
    const service = await makeService(app, ana);
    await deleteUser(ana.id);
    await send('PATCH', `/services/${service.id}`, { name: 'Another' });

    const refused = await restore(service.id, { revision: 0 });

    expect(refused.status).toBe(409);
    expect(refused.body['conflicts']).toMatchObject([
      { conflict: 'owner_gone', user_id: ana.id, accept: 'keep_owner' },
    ]);
    const accepted = await restore(service.id, { revision: 0, accept: ['keep_owner'] });
    const now = read(accepted, 200, ServiceView);
    expect([now.name, now.user_id]).toEqual([service.name, app.admin.id]);
  });

  it('given both, when one is accepted, then the other is still asked about', async () => {
    const ana = await app.person();
    const tag = await makeTag(app, ana);
    const service = await makeService(app, ana, { tags: [tag.id] });
    await deleteUser(ana.id);
    const ask = async (...accept: string[]): Promise<unknown> => {
      const { body } = await restore(service.id, { as_of: service.created_at, accept });
      return JSON.parse(JSON.stringify(body['conflicts'] ?? []));
    };

    expect(await ask()).toMatchObject([{ conflict: 'tag_gone' }, { conflict: 'owner_gone' }]);
    expect(await ask('keep_owner')).toMatchObject([{ conflict: 'tag_gone' }]);
    expect(await ask(`without_tag:${nobody}`, 'keep_owner')).toMatchObject([
      { conflict: 'tag_gone' },
    ]);
    expect(await ask(`without_tag:${tag.id}`)).toMatchObject([{ conflict: 'owner_gone' }]);
    expect(await ask(`without_tag:${tag.id}`, 'keep_owner')).toEqual([]);
  });
});

describe('What makes no sense', () => {
  it('given a place where the service was not, when restored, then that is said', async () => {
    const service = await makeService(app, app.admin);
    const before = new Date(Date.parse(service.created_at) - 1).toISOString();
    await send('DELETE', `/services/${service.id}`);
    const deletedAt = await ledger.lastTime();

    expectInvalid(await restore(service.id, { as_of: before }), 'as_of');
    expectInvalid(await restore(service.id, { as_of: deletedAt }), 'as_of');
    expectInvalid(await restore(service.id, { revision: 1 }), 'revision');
    expectInvalid(await restore(service.id, { revision: 2 }), 'revision');
  });

  it.each([
    [{ revision: -1 }, 'revision'],
    [{ revision: 1.5 }, 'revision'],
    [{ revision: '1' }, 'revision'],
    [{ as_of: 'yesterday' }, 'as_of'],
    [{ as_of: '2199-01-01T00:00:00Z' }, 'as_of'],
    [{ as_of: '2026-01-01T00:00:00Z', revision: 0 }, 'as_of'],
    [{ revision: 0, accept: 'keep_owner' }, 'accept'],
    [{ revision: 0, accept: ['everything'] }, 'accept.0'],
    [{ revision: 0, accept: ['without_tag:x'] }, 'accept.0'],
    [{ version: 0 }, 'version'],
  ])('given %j, when restored, then %s is refused', async (body, field) => {
    const { id } = await makeService(app, app.admin);

    expectInvalid(await restore(id, body), field);
  });

  it('given a service that never was, when restored, then it is not found', async () => {
    expectProblem(await restore(nobody, { revision: 0 }), 404, 'Service not found');
  });
});

describe('Who may restore', () => {
  it('given a role that may delete and not change, when it restores, then only as it is', async () => {
    await send('PUT', '/roles/remover', {
      permissions: ['services:read:any', 'services:delete', 'services:delete:any'],
    });
    const remover = await app.person('remover');
    const service = await makeService(app, app.admin);
    await send('PATCH', `/services/${service.id}`, { name: 'Another' });
    await send('DELETE', `/services/${service.id}`);

    expectProblem(
      await restore(service.id, { revision: 0 }, { as: remover }),
      403,
      'Insufficient permissions',
    );
    expect((await restore(service.id, undefined, { as: remover })).status).toBe(200);
  });

  it('given a tag of somebody else’s, when a member restores it, then only without it', async () => {
    const ana = await app.person();
    const tag = await makeTag(app, app.admin);
    const service = await makeService(app, app.admin, { tags: [tag.id] });
    await send('POST', `/services/${service.id}/transfer`, { user_id: ana.id });
    await send('PATCH', `/services/${service.id}`, { tags: [] });
    const body = { revision: 2 };

    expectProblem(await restore(service.id, body, { as: ana }), 403, 'Not authorized');
    const accept = [`without_tag:${tag.id}`];
    expect((await restore(service.id, { ...body, accept }, { as: ana })).status).toBe(200);
  });
});
