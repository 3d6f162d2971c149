import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceEventView } from '../../src/http/resources/views.js';
import { expectInvalid, expectProblem, readPage } from '../resources/support/answers.js';
import { Ledger } from '../resources/support/log.js';
import { makeService, makeTag, nobody } from '../resources/support/making.js';
import { gather } from '../resources/support/paging.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';

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

const get = (path: string, as: Person = app.admin): Promise<Answer> =>
  app.call('GET', path, { as });

const historyOf = async (
  id: string,
  as?: Person,
): Promise<ReturnType<typeof ServiceEventView.parse>[]> =>
  readPage(await get(`/services/${id}/history`, as), ServiceEventView).data;

describe('The history of a service', () => {
  it('given changes of all kinds, when asked, then each says what was, and what became of it', async () => {
    const ana = await app.person();
    const blue = await makeTag(app, app.admin, { name: 'blue', color: '#0000ff' });
    const service = await makeService(app, app.admin, { name: 'billing-api' });
    const it = `/services/${service.id}`;
    await send('PATCH', it, { name: 'billing' });
    await send('PUT', `${it}/tags/${blue.id}`);
    await send('PATCH', `/tags/${blue.id}`, { name: 'navy' });
    await send('DELETE', `${it}/tags/${blue.id}`);
    await send('DELETE', `/tags/${blue.id}`);
    await send('PATCH', it, { expect: { method: 'HEAD' }, failure_threshold: 5 });
    await send('POST', `${it}/transfer`, { user_id: ana.id });
    await send('DELETE', it);

    const told = (await historyOf(service.id)).map(({ revision, type, command, changes }) => [
      ...[revision, type, command],
      changes,
    ]);

    const then = { id: blue.id, name: 'blue', color: '#0000ff' };
    expect(told).toEqual([
      [7, 'ServiceDeleted', 'DeleteService', [{ field: 'deleted', before: false, after: true }]],
      [
        ...[6, 'ServiceTransferred', 'TransferService'],
        [{ field: 'user_id', before: app.admin.id, after: ana.id }],
      ],
      [
        ...[5, 'ServiceThresholdsChanged', 'ChangeService'],
        [{ field: 'failure_threshold', before: 3, after: 5 }],
      ],
      [
        ...[4, 'ServiceExpectationChanged', 'ChangeService'],
        [{ field: 'expect.method', before: 'GET', after: 'HEAD' }],
      ],
      [
        ...[3, 'ServiceUntagged', 'UntagService'],
        [{ field: 'tags', before: [{ ...then, name: 'navy' }], after: [] }],
      ],
      [2, 'ServiceTagged', 'TagService', [{ field: 'tags', before: [], after: [then] }]],
      [
        ...[1, 'ServiceRenamed', 'ChangeService'],
        [{ field: 'name', before: 'billing-api', after: 'billing' }],
      ],
      [0, 'ServiceRegistered', 'RegisterService', expect.any(Array)],
    ]);
  });

  it('given its beginning, when asked, then every field came from nothing', async () => {
    const service = await makeService(app, app.admin);

    const [first] = await historyOf(service.id);

    expect(first?.changes.every(({ before }) => before === null)).toBe(true);
    expect(
      Object.fromEntries(first?.changes.map(({ field, after }) => [field, after]) ?? []),
    ).toEqual({
      ...{ name: service.name, url: service.url, type: 'http', interval_seconds: 60 },
      ...{ timeout_ms: 10_000, failure_threshold: 3, success_threshold: 1, paused: false },
      ...{ 'expect.method': 'GET', 'expect.headers': {}, 'expect.status': ['200-299'] },
      user_id: app.admin.id,
    });
  });

  it('given a change, when asked, then it says who, when, on what occasion and why they could', async () => {
    const service = await makeService(app, app.admin);
    const headers = { 'X-Request-Id': 'rename-it' };
    const body = { name: 'Another' };
    await app.call('PATCH', `/services/${service.id}`, { as: app.admin, body, headers });

    const [last] = await historyOf(service.id);

    expect(last).toMatchObject({
      recorded_at: await ledger.lastTime(),
      actor: { kind: 'user', id: app.admin.id, email: app.admin.email },
      command: 'ChangeService',
      allowed_by: 'superuser',
      request_id: 'rename-it',
      correlation_id: 'rename-it',
    });
  });

  it('given a reader who may not read users, when they ask, then they see no address but theirs', async () => {
    const ana = await app.person();
    const service = await makeService(app, ana);
    await send('PATCH', `/services/${service.id}`, { name: 'Another' });

    const [changed, made] = await historyOf(service.id, ana);

    expect(changed?.actor).toEqual({ kind: 'user', id: app.admin.id, email: null });
    expect(made?.actor).toEqual({ kind: 'user', id: ana.id, email: ana.email });
  });

  it('given many events, when paged, then the pages are the whole', async () => {
    const service = await makeService(app, app.admin);
    for (let n = 1; n <= 6; n += 1)
      await send('PATCH', `/services/${service.id}`, { name: `n${n}` });

    const whole = await historyOf(service.id);
    const paged = await gather(get, `/services/${service.id}/history`, ServiceEventView, 2);

    expect(whole.map(({ revision }) => revision)).toEqual([6, 5, 4, 3, 2, 1, 0]);
    expect(paged).toEqual(whole);
    expectInvalid(await get(`/services/${service.id}/history?limit=0&as_of=x`), 'limit', 'as_of');
  });

  it('given a deleted service, when its owner of the end asks, then it is told, and to nobody else', async () => {
    const [before, after] = [await app.person(), await app.person()];
    const service = await makeService(app, before);
    await send('POST', `/services/${service.id}/transfer`, { user_id: after.id });
    await send('DELETE', `/services/${service.id}`);

    expect(await historyOf(service.id, after)).toHaveLength(3);
    expectProblem(await get(`/services/${service.id}/history`, before), 403, 'Not authorized');
    expectProblem(await get(`/services/${nobody}/history`), 404, 'Service not found');
  });

  it('given an event nobody can read, when asked, then it is there, and says nothing', async () => {
    const service = await makeService(app, app.admin);
    await ledger.appendUnreadable(`service-${service.id}`, 'ServiceRenamed');

    const [last] = await historyOf(service.id);

    expect(last).toMatchObject({ revision: 1, type: 'ServiceRenamed', actor: null, changes: [] });
  });
});
