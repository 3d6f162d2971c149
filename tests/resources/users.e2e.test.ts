import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { builtInRoles } from '../../src/domain/roles/built-in-roles.js';
import { UserView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  read,
  readPage,
} from './support/answers.js';
import { newEmail, nobody, type User } from './support/making.js';
import { expectSorted } from './support/paging.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const password = 'a good password';
const add = (body: object): Promise<Answer> =>
  app.call('POST', '/users', { as: app.admin, body: { email: newEmail(), password, ...body } });
const added = async (body: object = {}): Promise<User> => read(await add(body), 201, UserView);
const change = ({ id }: Pick<User, 'id'>, body: object): Promise<Answer> =>
  app.call('PATCH', `/users/${id}`, { as: app.admin, body });
const get = (path: string): Promise<Answer> => app.call('GET', path, { as: app.admin });
const logIn = (email: string, chosen = password): Promise<Answer> =>
  app.call('POST', '/auth/login', { body: { email, password: chosen } });

describe('Adding a user', () => {
  it('makes an active member when nothing else is said', async () => {
    const email = newEmail();

    const answer = await add({ email });

    const user = read(answer, 201, UserView);
    expect(user).toEqual({
      id: expect.any(String),
      email,
      full_name: null,
      role: 'member',
      permissions: builtInRoles.get('member'),
      is_active: true,
      is_superuser: false,
      created_at: expect.any(String),
      updated_at: null,
    });
    expect(answer.headers.get('Location')).toBe(`/api/v1/users/${user.id}`);
    expectCommandHeaders(answer, 0);
    const found = await get(`/users/${user.id}`);
    expect(read(found, 200, UserView)).toEqual(user);
    expect(found.headers.get('ETag')).toBe('"0"');
  });

  it('keeps everything that was said', async () => {
    const said = { full_name: 'Grace', role: 'viewer', is_active: false, is_superuser: true };

    const user = await added(said);

    expect(user).toMatchObject({ ...said, updated_at: null });
    expect(read(await get(`/users/${user.id}`), 200, UserView)).toEqual(user);
    expect((await logIn(user.email)).status).toBe(401);
  });

  it('takes an e-mail address once, also of somebody inactive', async () => {
    const user = await added({ is_active: false });

    const again = await add({ email: user.email.toUpperCase() });

    expectProblem(again, 409, 'User with this email already exists');
  });

  it.each([
    { role: 'no-such-role' },
    { role: 'Not a name' },
    { role: null },
    { is_active: 'yes' },
    { is_superuser: 1 },
    { email: 'x' },
    { password: 'short' },
    { permissions: [] },
  ])('refuses %j', async (body) => {
    expectInvalid(await add(body), ...Object.keys(body));
  });
});

describe('Changing a user', () => {
  it.each([
    { full_name: 'Changed' },
    { email: 'changed@example.org' },
    { is_active: false },
    { is_superuser: true },
  ])('changes %j, and nothing else', async (body) => {
    const user = await added();

    const answer = await change(user, body);

    const changed = read(answer, 200, UserView);
    expect(changed).toEqual({ ...user, ...body, updated_at: expect.any(String) });
    expectCommandHeaders(answer, 1);
    expect(read(await get(`/users/${user.id}`), 200, UserView)).toEqual(changed);
  });

  it('leaves them alone when nothing is new', async () => {
    const user = await added();
    const { email, full_name, role, is_active, is_superuser } = user;

    for (const body of [
      {},
      { email: email.toUpperCase(), full_name, role, is_active, is_superuser },
    ])
      expect(read(await change(user, body), 200, UserView)).toEqual(user);
  });

  it('gives them what another role allows, with their very next request', async () => {
    const person = await app.person('viewer');
    const tag = (): Promise<Answer> =>
      app.call('POST', '/tags', { as: person, body: { name: 'of the promoted' } });

    expectProblem(await tag(), 403, 'Insufficient permissions');
    const promoted = read(await change(person, { role: 'operator' }), 200, UserView);
    expect(promoted).toMatchObject({
      role: 'operator',
      permissions: builtInRoles.get('operator'),
    });
    expect((await tag()).status).toBe(201);
  });

  it('shuts them out while they are deactivated', async () => {
    const person = await app.person();
    const { refresh_token } = (await logIn(person.email, person.password)).body;
    const mine = (): Promise<Answer> => app.call('GET', '/users/me', { as: person });

    await change(person, { is_active: false });
    expect((await mine()).status).toBe(401);
    expectProblem(await logIn(person.email, person.password), 401, 'Incorrect email or password');
    const refreshed = await app.call('POST', '/auth/refresh', { body: { refresh_token } });
    expect(refreshed.status).toBe(401);

    await change(person, { is_active: true });
    expect((await logIn(person.email, person.password)).status).toBe(200);
  });

  it('gives them another password, and ends their sessions', async () => {
    const person = await app.person();

    const answer = await change(person, { password: 'given by an admin' });

    expect(answer.text).not.toContain('given by');
    expectProblem(await app.call('GET', '/users/me', { as: person }), 401, 'Invalid token');
    expect((await logIn(person.email, person.password)).status).toBe(401);
    expect((await logIn(person.email, 'given by an admin')).status).toBe(200);
  });

  it('cannot give them the e-mail address of another', async () => {
    const user = await added();

    const answer = await change(user, { email: app.admin.email });

    expectProblem(answer, 409, 'User with this email already exists');
  });

  it.each([
    { email: null },
    { role: null },
    { role: 'no-such-role' },
    { is_active: null },
    { password: null },
    { password: 'short' },
    { id: nobody },
  ])('refuses %j', async (body) => {
    expectInvalid(await change(await added(), body), ...Object.keys(body));
  });

  it('is refused when somebody else was faster', async () => {
    const { id } = await added();
    const rename = (full_name: string): Promise<Answer> =>
      app.call('PATCH', `/users/${id}`, {
        as: app.admin,
        body: { full_name },
        headers: { 'If-Match': '"0"' },
      });

    expect((await rename('First')).status).toBe(200);
    expect((await rename('Second')).status).toBe(412);
  });

  it('answers 404 for whoever never was', async () => {
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { body: { full_name: 'X' } } : {};
      const answer = await app.call(method, `/users/${nobody}`, { as: app.admin, ...body });
      expectProblem(answer, 404, 'User not found');
    }
  });
});

describe('Listing users', () => {
  const found = async (query: string): Promise<string[]> => {
    const { data, count } = readPage(await get(`/users${query}`), UserView);
    expect(data).toHaveLength(count);
    return data.map(({ email }) => email);
  };
  let people: Person[];

  beforeAll(async () => {
    people = [await app.person('viewer'), await app.person('viewer'), await app.person('viewer')];
    const [one, two] = people;
    await change({ id: String(one?.id) }, { full_name: 'Zoe 100% Sure', is_active: false });
    await change({ id: String(two?.id) }, { full_name: 'abe' });
  });

  it('shows everybody by e-mail address, with no secrets', async () => {
    const answer = await get('/users?limit=1000');

    const { data, count } = readPage(answer, UserView);
    expect(data).toHaveLength(count);
    expect(data.map(({ email }) => email)).toContain(app.admin.email);
    expect(answer.text).not.toMatch(/hash|argon|credential/i);
  });

  it('filters by role, by whether they are active, and by text', async () => {
    const emails = people.map(({ email }) => email).sort();
    const [one, two, three] = people.map(({ email }) => email);
    const viewers = (await found('?role=viewer&is_active=true')).filter((email) =>
      emails.includes(email),
    );

    expect(viewers).toEqual([two, three].sort());
    expect(await found('?q=ZOE')).toEqual([one]);
    expect(await found('?q=100%25')).toEqual([one]);
    expect(await found('?q=zoe&is_active=true')).toEqual([]);
    expect(await found('?q=ABE&role=viewer')).toEqual([two]);
    expect(await found(`?q=${String(three).toUpperCase()}`)).toEqual([three]);
    expect(await found('?role=no-such-role')).toEqual([]);
  });

  it.each([
    ['email', ({ id }: User, index: Map<string, number>) => index.get(id) ?? -1],
    ['full_name', ({ full_name }: User) => full_name?.toLowerCase() ?? null],
    ['role', ({ role }: User) => role],
    ['created_at', ({ created_at }: User) => created_at],
    ['updated_at', ({ updated_at }: User) => updated_at],
  ])('sorts by %s in both directions, in pages that never overlap', async (field, valueOf) => {
    // Collations differ in what they make of digits and hyphens: e-mail addresses come as they do by default.
    const { data } = readPage(await get('/users?role=viewer'), UserView);
    const index = new Map(data.map(({ id }, place) => [id, place]));

    await expectSorted(
      get,
      ['/users?role=viewer', field],
      UserView,
      ({ id }) => id,
      (user) => valueOf(user, index),
    );
  });

  it.each(['?sort=password', '?is_active=1', '?role=Not%20a%20name', '?q=', '?limit=x', '?x=1'])(
    'refuses %s',
    async (query) => {
      expectInvalid(await get(`/users${query}`), query.slice(1, query.indexOf('=')));
    },
  );
});
