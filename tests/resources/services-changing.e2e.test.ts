import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
} from './support/answers.js';
import { makeService, makeTag, nobody, type Service } from './support/making.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const patch = (
  { id }: Service,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> => app.call('PATCH', `/services/${id}`, { as: member, body, headers });

const changed = async (service: Service, body: object): Promise<Service> =>
  read(await patch(service, body), 200, ServiceView);

describe('Changing a service', () => {
  it.each([
    { name: 'Another name' },
    { url: 'https://another.example.org' },
    { interval_seconds: 120 },
    { timeout_ms: 500 },
    { failure_threshold: 7 },
    { success_threshold: 7 },
    { degraded_above_ms: 700 },
  ])('changes %j, and nothing else', async (change) => {
    const before = await makeService(app, member);

    const answer = await patch(before, change);

    const after = read(answer, 200, ServiceView);
    expect(after).toEqual({ ...before, ...change, version: 1, updated_at: expect.any(String) });
    expectCommandHeaders(answer, 1);
    const found = await app.call('GET', `/services/${before.id}`, { as: member });
    expect(read(found, 200, ServiceView)).toEqual(after);
    expect(found.headers.get('ETag')).toBe('"1"');
  });

  it.each([{}, { degraded_above_ms: null }])(
    'leaves it alone when nothing is new: %j',
    async (body) => {
      const before = await makeService(app, member);

      const answer = await patch(before, { name: before.name, ...body });

      expect(read(answer, 200, ServiceView)).toEqual(before);
      expectCommandHeaders(answer, 0);
    },
  );

  it('clears the limit for being slow with null', async () => {
    const service = await makeService(app, member, { degraded_above_ms: 300 });

    expect(await changed(service, { degraded_above_ms: null })).toMatchObject({
      degraded_above_ms: null,
    });
  });

  it.each(['name', 'url', 'type', 'interval_seconds', 'timeout_ms', 'expect', 'tags'])(
    'cannot clear %s',
    async (field) => {
      expectInvalid(await patch(await makeService(app, member), { [field]: null }), field);
    },
  );

  it.each(['status', 'user_id', 'paused', 'id', 'version'])('cannot set %s', async (field) => {
    expectInvalid(await patch(await makeService(app, member), { [field]: 'healthy' }), field);
  });

  it.each([
    [{ interval_seconds: 10 }, 'timeout_ms'],
    [{ timeout_ms: 60_000 }, 'timeout_ms'],
    [{ url: 'tcp://example.org:80' }, 'url'],
    [{ type: 'tcp' }, 'url'],
    [{ expect: { record_type: 'A' } }, 'expect.record_type'],
    [{ name: '' }, 'name'],
    [{ failure_threshold: 21 }, 'failure_threshold'],
  ])('refuses %j, which does not fit what the service is', async (change, path) => {
    const service = await makeService(app, member);

    expectInvalid(await patch(service, change), path);
    const found = await app.call('GET', `/services/${service.id}`, { as: member });
    expect(read(found, 200, ServiceView)).toEqual(service);
  });

  it('gives a service of another type what that type expects', async () => {
    const service = await makeService(app, member, { expect: { status: [418] } });

    const after = await changed(service, { type: 'dns', url: 'example.org' });

    expect(after).toMatchObject({ type: 'dns', url: 'example.org' });
    expect(after.expect).toEqual({ record_type: 'A', answers: [], resolver: null });
  });

  it('changes the parts of what is expected that are sent, and clears with null', async () => {
    const expected = { method: 'HEAD', headers: { A: 'b' }, status: [204], body_contains: 'ok' };
    const service = await makeService(app, member, { expect: expected });

    const partly = await changed(service, { expect: { status: [200] } });
    const cleared = await changed(service, { expect: { body_contains: null } });

    expect(partly.expect).toEqual({ ...expected, status: [200] });
    expect(cleared.expect).toEqual({ ...expected, status: [200], body_contains: null });
  });

  it('is refused when somebody else was faster', async () => {
    const service = await makeService(app, member);
    const seen = { 'If-Match': `"${service.version}"` };

    expect((await patch(service, { name: 'First' }, seen)).status).toBe(200);
    const late = await patch(service, { name: 'Second' }, seen);

    expectProblem(late, 412, 'It has changed since you read it: read it again, then decide');
    expect((await patch(service, { name: 'Second' }, { 'If-Match': '"1"' })).status).toBe(200);
  });

  it('answers 404 for a service that never was, and for one that is gone', async () => {
    const gone = await makeService(app, member);
    await app.call('DELETE', `/services/${gone.id}`, { as: member });

    for (const id of [nobody, gone.id])
      for (const method of ['GET', 'PATCH', 'DELETE']) {
        const body = method === 'PATCH' ? { body: { name: 'X' } } : {};
        const answer = await app.call(method, `/services/${id}`, { as: member, ...body });
        expectProblem(answer, 404, 'Service not found');
      }
  });
});

describe('Reading a service', () => {
  it('is spared to whoever has it already', async () => {
    const service = await makeService(app, member);
    const get = (etag: string): Promise<Answer> =>
      app.call('GET', `/services/${service.id}`, {
        as: member,
        headers: { 'If-None-Match': etag },
      });

    const current = await get('"0"');
    expect([current.status, current.text, current.headers.get('ETag')]).toEqual([304, '', '"0"']);
    await patch(service, { name: 'New' });
    expect((await get('"0"')).status).toBe(200);
  });
});

describe('Pausing a service', () => {
  it('stops and resumes it, and doing it twice does no harm', async () => {
    const service = await makeService(app, member);
    const post = async (action: string): Promise<[Service, string | null]> => {
      const answer = await app.call('POST', `/services/${service.id}/${action}`, { as: member });
      return [read(answer, 200, ServiceView), answer.headers.get('ETag')];
    };

    const [paused, first] = await post('pause');
    expect(paused).toEqual({
      ...service,
      paused: true,
      version: 1,
      updated_at: expect.any(String),
    });
    expect(await post('pause')).toEqual([paused, first]);
    const [resumed, third] = await post('resume');
    expect([resumed.paused, third]).toEqual([false, '"2"']);
    expect(await post('resume')).toEqual([resumed, third]);
  });

  it.each(['pause', 'resume', 'restore'])('cannot %s what never was', async (action) => {
    const answer = await app.call('POST', `/services/${nobody}/${action}`, { as: member });

    expectProblem(answer, 404, 'Service not found');
  });
});

describe('Deleting a service', () => {
  it('takes it out of sight until it is restored as it was', async () => {
    const tag = await makeTag(app, member);
    const service = await makeService(app, member, { tags: [tag.id], degraded_above_ms: 9 });
    const at = `/services/${service.id}`;

    const answer = await app.call('DELETE', at, { as: member });

    const said = read(answer, 200, Message);
    expect(said).toEqual({ message: 'Service deleted successfully' });
    expectCommandHeaders(answer, service.version + 1);
    const list = await app.call('GET', `/services?tag=${tag.id}`, { as: member });
    expect(list.body).toEqual({ data: [], count: 0 });
    for (const action of ['pause', 'resume'])
      expectProblem(
        await app.call('POST', `${at}/${action}`, { as: member }),
        404,
        'Service not found',
      );

    const restored = read(
      await app.call('POST', `${at}/restore`, { as: member }),
      200,
      ServiceView,
    );
    expect(restored).toEqual({
      ...service,
      version: service.version + 2,
      updated_at: expect.any(String),
    });
    const again = await app.call('POST', `${at}/restore`, { as: member });
    expect(read(again, 200, ServiceView)).toEqual(restored);
  });
});

describe('Giving a service away', () => {
  const transfer = ({ id }: Service, user_id: string): Promise<Answer> =>
    app.call('POST', `/services/${id}/transfer`, { as: member, body: { user_id } });

  it('makes it the service of somebody else', async () => {
    const service = await makeService(app, member);
    const other = await app.person();

    const given = read(await transfer(service, other.id), 200, ServiceView);

    expect(given).toEqual({
      ...service,
      user_id: other.id,
      version: 1,
      updated_at: expect.any(String),
    });
    const at = `/services/${service.id}`;
    expectProblem(await app.call('GET', at, { as: member }), 403, 'Not authorized');
    expect(read(await app.call('GET', at, { as: other }), 200, ServiceView)).toEqual(given);
  });

  it('changes nothing when they own it already', async () => {
    const service = await makeService(app, member);

    expect(read(await transfer(service, member.id), 200, ServiceView)).toEqual(service);
  });

  it('needs somebody to give it to', async () => {
    const service = await makeService(app, member);

    expectInvalid(await transfer(service, nobody), 'user_id');
    expectInvalid(await transfer(service, 'x'), 'user_id');
    expectInvalid(
      await app.call('POST', `/services/${service.id}/transfer`, { as: member, body: {} }),
      'user_id',
    );
  });
});
