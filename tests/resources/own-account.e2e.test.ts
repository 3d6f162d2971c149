import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
} from './support/answers.js';
import { makeService, makeTag, newEmail, nobody, type User } from './support/making.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const me = async (as: Person): Promise<User> =>
  read(await app.call('GET', '/users/me', { as }), 200, UserView);
const patch = (as: Person, body: unknown): Promise<Answer> =>
  app.call('PATCH', '/users/me', { as, body });
const logIn = (email: string, password: string): Promise<Answer> =>
  app.call('POST', '/auth/login', { body: { email, password } });

describe('One’s own account', () => {
  it('can be read by everybody, whatever they may do', async () => {
    await app.call('PUT', '/roles/nothing', { as: app.admin, body: { permissions: [] } });
    const person = await app.person('nothing');

    const answer = await app.call('GET', '/users/me', { as: person });

    expect(read(answer, 200, UserView)).toMatchObject({
      id: person.id,
      email: person.email,
      role: 'nothing',
      permissions: [],
    });
    expect(answer.headers.get('ETag')).toBe('"0"');
    expect(answer.text).not.toMatch(/hash|password|credential/i);
  });

  it('can be renamed, and the name taken away', async () => {
    const person = await app.person();
    const before = await me(person);

    const answer = await patch(person, { full_name: ' Ada ' });

    const named = read(answer, 200, UserView);
    expect(named).toEqual({ ...before, full_name: 'Ada', updated_at: expect.any(String) });
    expectCommandHeaders(answer, 1);
    expect(await me(person)).toEqual(named);
    expect(read(await patch(person, {}), 200, UserView)).toEqual(named);
    expect(read(await patch(person, { full_name: null }), 200, UserView).full_name).toBeNull();
  });

  it('can have another e-mail address, and logs in with that one only', async () => {
    const person = await app.person();
    const email = newEmail();

    const changed = read(await patch(person, { email: email.toUpperCase() }), 200, UserView);

    expect(changed.email).toBe(email);
    expect((await logIn(email, person.password)).status).toBe(200);
    expect((await logIn(person.email, person.password)).status).toBe(401);
    const body = { email: person.email, password: 'another password' };
    expect((await app.call('POST', '/users/signup', { body })).status).toBe(201);
  });

  it('cannot have the e-mail address of another', async () => {
    const person = await app.person();

    const answer = await patch(person, { email: app.admin.email.toUpperCase(), full_name: 'X' });

    expectProblem(answer, 409, 'User with this email already exists');
    expect(await me(person)).toMatchObject({ email: person.email, full_name: null });
  });

  it.each([
    { email: null },
    { email: 'x' },
    { full_name: '' },
    { role: 'admin' },
    { is_superuser: true },
    { is_active: false },
    { password: 'a new password' },
    { permissions: [] },
  ])('refuses %j', async (body) => {
    expectInvalid(await patch(await app.person(), body), ...Object.keys(body));
  });
});

describe('One’s own password', () => {
  const change = (as: Person, current_password: string, new_password: string): Promise<Answer> =>
    app.call('PATCH', '/users/me/password', { as, body: { current_password, new_password } });

  it('is changed by whoever knows it, and ends every session', async () => {
    const person = await app.person();
    const session = await logIn(person.email, person.password);

    const answer = await change(person, person.password, 'a new password');

    expect(read(answer, 200, Message).message).not.toBe('');
    expectCommandHeaders(answer, 1);
    expectProblem(await app.call('GET', '/users/me', { as: person }), 401, 'Invalid token');
    const refresh = { refresh_token: session.body['refresh_token'] };
    expect((await app.call('POST', '/auth/refresh', { body: refresh })).status).toBe(401);
    expect((await logIn(person.email, person.password)).status).toBe(401);
    expect((await logIn(person.email, 'a new password')).status).toBe(200);
  });

  it('stays as it is when the current one is wrong', async () => {
    const person = await app.person();

    expectProblem(
      await change(person, 'not my password', 'a new password'),
      400,
      'Incorrect password',
    );
    expect((await logIn(person.email, person.password)).status).toBe(200);
    expect((await app.call('GET', '/users/me', { as: person })).status).toBe(200);
  });

  it('cannot be found out by trying', async () => {
    const person = await app.person();
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1)
      statuses.push((await change(person, `guess ${guess}`, 'a new password')).status);

    expect(statuses.slice(0, 5)).toEqual([400, 400, 400, 400, 400]);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each([
    [{ new_password: 'a new password' }, 'current_password'],
    [{ current_password: 'x' }, 'new_password'],
    [{ current_password: 'x', new_password: '1234567' }, 'new_password'],
    [{ current_password: 'x', new_password: 'x'.repeat(129) }, 'new_password'],
    [{ current_password: null, new_password: 'a new password' }, 'current_password'],
  ])('refuses %j', async (body, path) => {
    const as = await app.person();

    expectInvalid(await app.call('PATCH', '/users/me/password', { as, body }), path);
  });
});

describe('Deleting one’s own account', () => {
  it('ends it, and frees the e-mail address', async () => {
    const person = await app.person();

    const answer = await app.call('DELETE', '/users/me', { as: person });

    expect(read(answer, 200, Message)).toEqual({ message: 'User deleted successfully' });
    expectProblem(await app.call('GET', '/users/me', { as: person }), 401, 'User not found');
    expect((await logIn(person.email, person.password)).status).toBe(401);
    const again = await app.call('POST', '/users/signup', {
      body: { email: person.email, password: 'another password' },
    });
    expect(read(again, 201, UserView).id).not.toBe(person.id);
  });

  it('needs an heir for services', async () => {
    const [person, heir] = [await app.person(), await app.person()];
    const service = await makeService(app, person);
    const tag = await makeTag(app, person);
    const remove = (query: string): Promise<Answer> =>
      app.call('DELETE', `/users/me${query}`, { as: person });

    expect((await remove('')).status).toBe(409);
    expectInvalid(await remove(`?reassign_to=${nobody}`), 'reassign_to');
    expectInvalid(await remove(`?reassign_to=${person.id}`), 'reassign_to');
    expect((await me(person)).id).toBe(person.id);
    expect((await remove(`?reassign_to=${heir.id}`)).status).toBe(200);

    const inherited = await app.call('GET', `/services/${service.id}`, { as: heir });
    expect(inherited.body['user_id']).toBe(heir.id);
    expect((await app.call('GET', `/tags/${tag.id}`, { as: app.admin })).status).toBe(404);
  });
});
