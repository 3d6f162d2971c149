import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectInvalid, expectProblem } from '../resources/support/answers.js';
import { Ledger } from '../resources/support/log.js';
import { makeService, makeTag, nobody } from '../resources/support/making.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { Memories } from './support/memories.js';

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

const ask = (path: string, as: Person = app.admin): Promise<Answer> =>
  app.call('GET', path, { as });

async function send(method: string, path: string, body?: object): Promise<Answer> {
  const answer = await app.call(method, path, { as: app.admin, ...(body && { body }) });
  expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
  return answer;
}

describe('What could be seen at a time', () => {
  it('given months of changes, when asked as of each time, then it is seen again', async () => {
    const [blue, red] = [await makeTag(app, app.admin), await makeTag(app, app.admin)];
    const ana = await app.person('member');
    const service = await makeService(app, app.admin, { name: 'Shop', tags: [blue.id] });
    await makeService(app, app.admin, { name: 'Älter', type: 'dns', url: 'dns://example.org' });
    await send('PUT', '/roles/keeper', { permissions: ['tags:read'] });
    const it = `/services/${service.id}`;
    const memories = new Memories(app, ledger, app.admin, () => [
      ...[it, `/tags/${blue.id}`, `/tags/${red.id}`, `/users/${ana.id}`, '/roles/keeper'],
      ...['/services?sort=name', '/services?sort=-updated_at&limit=1', '/services?q=shop'],
      ...[
        `/services?tag=${red.id}`,
        `/services?tag=${blue.id}&tag=${red.id}`,
        '/services?paused=true',
      ],
      ...[`/services?user_id=${ana.id}`, '/services?type=dns&skip=1', '/services?status=unknown'],
      ...['/tags?sort=-name', '/tags?q=BL', '/users?sort=-full_name', '/users?role=keeper'],
      ...[
        '/users?is_active=false',
        '/users?q=ana',
        '/roles',
        '/roles?sort=-created_at',
        '/users/me',
      ],
    ]);

    for (const happens of [
      () => send('PATCH', it, { name: 'Store', timeout_ms: 900, expect: { status: [204] } }),
      () => send('PUT', `${it}/tags/${red.id}`),
      () => send('PATCH', `/tags/${blue.id}`, { name: 'Blue', color: '#0000ff' }),
      () => send('PATCH', `/users/${ana.id}`, { full_name: 'Ana', role: 'keeper' }),
      () => send('PUT', '/roles/keeper', { permissions: ['tags:read', 'audit:read'] }),
      () => send('POST', `${it}/pause`),
      () => send('POST', `${it}/transfer`, { user_id: ana.id }),
      () => send('PATCH', it, { type: 'tcp', url: 'tcp://a.example:1' }),
      () => send('DELETE', it),
      () => send('DELETE', `/tags/${red.id}`),
      () => makeService(app, app.admin, { name: 'Newer', tags: [blue.id] }),
      () => send('POST', `${it}/restore`),
      () => send('PATCH', `/users/${ana.id}`, { is_active: false, role: 'member' }),
      () => send('DELETE', '/roles/keeper'),
      () => send('DELETE', `/tags/${blue.id}`),
    ])
      await memories.after(happens);

    await memories.expectAllTrue();
    expect(new Set(memories.times).size).toBe(memories.times.length);
  }, 60_000);
});

describe('A time', () => {
  it.each([
    ['nonsense', 'yesterday'],
    ['nothing', ''],
    ['no time of day', '2026-03-03'],
    ['no time zone', '2026-03-03T12:00:00'],
    ['a day that is none', '2026-02-30T12:00:00Z'],
    ['a plus that was not written as %2B', '2026-03-03T12:00:00+01:00'],
    ['a number', '1764061200000'],
    ['the future', '2199-01-01T00:00:00Z'],
  ])('given %s, when anything is asked as of it, then that is refused', async (_, time) => {
    for (const path of [
      '/services',
      `/services/${nobody}`,
      '/tags',
      '/users',
      '/roles',
      '/users/me',
    ])
      expectInvalid(await ask(`${path}?as_of=${time}`), 'as_of');
  });

  it('given a moment ahead, when asked as of it, then it is said to be yet to come', async () => {
    const ahead = new Date(Date.now() + 1_000).toISOString();

    const { body } = await ask(`/services?as_of=${ahead}`);

    expect(body['errors']).toEqual([{ path: 'as_of', message: 'This is yet to come' }]);
  });

  it('given a time twice, when asked, then it is refused', async () => {
    const time = '2026-03-03T12:00:00Z';

    expectInvalid(await ask(`/services?as_of=${time}&as_of=${time}`), 'as_of');
  });

  it('given other time zones and finer parts, when asked, then the same moment is meant', async () => {
    const { id, created_at } = await makeService(app, app.admin);
    const there = new Date(Date.parse(created_at) + 2 * 3_600_000).toISOString();

    const asked = [
      created_at,
      created_at.replace('Z', '999Z'),
      encodeURIComponent(there.replace('Z', '+02:00')),
    ].map((time) => ask(`/services/${id}?as_of=${time}`));

    for (const answer of await Promise.all(asked)) expect(answer.body).toMatchObject({ id });
  });

  it('given the millisecond before something was made, when asked, then it was not there', async () => {
    const service = await makeService(app, app.admin);
    const before = new Date(Date.parse(service.created_at) - 1).toISOString();

    expectProblem(await ask(`/services/${service.id}?as_of=${before}`), 404, 'Service not found');
    const { list } = await ask(`/services?as_of=${before}&q=${service.name}`);
    expect(list.map(({ id }) => id)).not.toContain(service.id);
  });

  it('given a time before the beginning, when asked, then lists say when that was', async () => {
    const long = '1970-01-01T00:00:00Z';
    const service = await makeService(app, app.admin);

    expectProblem(await ask(`/services/${service.id}?as_of=${long}`), 404, 'Service not found');
    expectProblem(await ask(`/users/me?as_of=${long}`), 404, 'User not found');
    for (const path of ['/services', '/tags', '/users', '/roles']) {
      const answer = await ask(`${path}?as_of=${long}`);
      expectInvalid(answer, 'as_of');
      expect(answer.text).toMatch(/The log begins at 20\d\d-/);
    }
  });

  it('given an answer about the past, when asked again with its ETag, then it is still the same', async () => {
    const service = await makeService(app, app.admin);
    await send('PATCH', `/services/${service.id}`, { name: 'Later' });
    const path = `/services/${service.id}?as_of=${service.created_at}`;
    const first = await ask(path);

    const headers = { 'If-None-Match': str(first.headers.get('ETag')) };
    const again = await app.call('GET', path, { as: app.admin, headers });

    expect([first.headers.get('ETag'), again.status]).toEqual(['"0"', 304]);
  });
});

describe('Whoever may read it now', () => {
  it('given a service that was given away, when its owners ask, then it is a matter of today', async () => {
    const [before, after] = [await app.person(), await app.person()];
    const service = await makeService(app, before);
    await send('POST', `/services/${service.id}/transfer`, { user_id: after.id });
    const one = `/services/${service.id}?as_of=${service.created_at}`;
    const all = `/services?as_of=${service.created_at}`;

    expectProblem(await ask(one, before), 403, 'Not authorized');
    expect((await ask(all, before)).list).toEqual([]);
    expect((await ask(one, after)).body).toMatchObject({ user_id: before.id });
    expect((await ask(all, after)).list).toMatchObject([{ id: service.id, user_id: before.id }]);
  });

  it('given a deleted service, when its owner asks, then it is shown as it was', async () => {
    const owner = await app.person();
    const service = await makeService(app, owner);
    await app.call('DELETE', `/services/${service.id}`, { as: owner });

    const answer = await ask(`/services/${service.id}?as_of=${service.created_at}`, owner);

    expect(answer.body).toEqual({ ...service });
  });

  it('given a role that allows less now, when its holder asks about then, then that is refused', async () => {
    const person = await app.person('viewer');
    const service = await makeService(app, app.admin);
    await send('PUT', '/roles/idle', { permissions: [] });
    await send('PATCH', `/users/${person.id}`, { role: 'idle' });

    for (const path of ['/services', `/services/${service.id}`, '/tags', '/users', '/roles'])
      expectProblem(
        await ask(`${path}?as_of=${service.created_at}`, person),
        403,
        'Insufficient permissions',
      );
  });

  it('given a user who was forgotten, when asked about, then nothing personal comes back', async () => {
    const person = await app.person();
    const then = await ledger.lastTime();
    await send('DELETE', `/users/${person.id}`);
    await ledger.until(async () => (await ledger.secretsOf('person_keys', person.id)) === 0);

    const one = await ask(`/users/${person.id}?as_of=${then}`);
    const all = await ask(`/users?as_of=${then}&limit=1000`);

    expect(one.body).toMatchObject({ id: person.id, email: '[erased]', role: 'member' });
    expect(all.list.filter(({ id }) => str(id) === person.id)).toEqual([one.body]);
    expect(all.text).not.toContain(person.email);
  });
});
