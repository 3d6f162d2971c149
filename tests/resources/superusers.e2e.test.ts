import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { UserView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem, read, readPage } from './support/answers.js';

let app: TestApp;
/** The only superuser when a test begins; a test that passes power on says to whom. */
let root: Person;
let viewers: Person[];

beforeAll(async () => {
  app = await startTestApp();
  root = app.admin;
  viewers = await Promise.all(Array.from({ length: 8 }, () => app.person('viewer')));
});
afterEach(async () => {
  const { data } = readPage(await app.call('GET', '/users', { as: root }), UserView);
  for (const user of data)
    if (user.is_superuser && user.id !== root.id) await patch(user, { is_superuser: false });
});
afterAll(() => app.stop());

const patch = ({ id }: Pick<Person, 'id'>, body: object, as = root): Promise<Answer> =>
  app.call('PATCH', `/users/${id}`, { as, body });
const remove = ({ id }: Person, as = root): Promise<Answer> =>
  app.call('DELETE', `/users/${id}`, { as });
/** Makes another one, with the role of a viewer. */
const superuser = async (): Promise<Person> => {
  const person = viewers.pop() ?? (await app.person('viewer'));
  expect((await patch(person, { is_superuser: true })).status).toBe(200);
  return person;
};

describe('The last active superuser', () => {
  it.each([{ is_superuser: false }, { is_active: false }])('stays one: %j', async (body) => {
    const answer = await patch(root, { ...body, full_name: 'X' });

    expect(answer.status).toBe(409);
    const me = await app.call('GET', '/users/me', { as: root });
    expect(read(me, 200, UserView)).toMatchObject({
      is_superuser: true,
      is_active: true,
      full_name: null,
    });
  });

  it('cannot delete themselves, on either way', async () => {
    const reason = 'Superusers cannot delete themselves';

    expectProblem(await app.call('DELETE', '/users/me', { as: root }), 403, reason);
    expectProblem(await remove(root), 403, reason);
    expect((await app.call('GET', '/users/me', { as: root })).status).toBe(200);
  });

  it('stays one though there are others who are deactivated', async () => {
    const other = await superuser();
    expect((await patch(other, { is_active: false })).status).toBe(200);

    expect((await patch(root, { is_superuser: false })).status).toBe(409);
    expect((await patch(other, { is_active: true })).status).toBe(200);
    expect((await patch(root, { is_superuser: false })).status).toBe(200);
    root = other;
  });

  it('may have another role, name and e-mail address', async () => {
    const body = { role: 'viewer', full_name: 'Root', email: 'root@example.org' };

    expect(read(await patch(root, body), 200, UserView)).toMatchObject(body);
  });
});

describe('One of two superusers', () => {
  it.each([{ is_superuser: false }, { is_active: false }])(
    'can step down, and then the other is the last: %j',
    async (body) => {
      const other = await superuser();

      expect((await patch(root, body)).status).toBe(200);
      expect((await patch(other, body, other)).status).toBe(409);
      root = other;
    },
  );

  it('can delete the other, and is the last then', async () => {
    const other = await superuser();

    expect((await remove(root, other)).status).toBe(200);
    expect((await patch(other, { is_superuser: false }, other)).status).toBe(409);
    root = other;
  });

  it('may do everything, whatever their role', async () => {
    const other = await superuser();
    const body = { name: 'by a viewer' };

    expect((await app.call('POST', '/tags', { as: other, body })).status).toBe(201);
    expect((await app.call('GET', '/users', { as: other })).status).toBe(200);
  });

  it('is nothing more than their role when the rights are taken away', async () => {
    const other = await superuser();
    await patch(other, { is_superuser: false });
    const body = { name: 'by a viewer' };

    const answer = await app.call('POST', '/tags', { as: other, body });

    expectProblem(answer, 403, 'Insufficient permissions');
  });
});
