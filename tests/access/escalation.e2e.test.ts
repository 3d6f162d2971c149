import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissions } from '../../src/domain/access/permissions.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem } from '../resources/support/answers.js';
import { newEmail } from '../resources/support/making.js';

let app: TestApp;
/** May manage users and roles, and beyond that what a viewer may. */
let manager: Person;

const viewing = ['services:read', 'services:read:any', 'tags:read', 'tags:read:any'];

beforeAll(async () => {
  app = await startTestApp();
  await define('manager', [...viewing, 'users:read', 'users:manage', 'roles:read', 'roles:manage']);
  manager = await app.person('manager');
});
afterAll(() => app.stop());

const define = (name: string, held: readonly string[], as: Person = app.admin): Promise<Answer> =>
  app.call('PUT', `/roles/${name}`, { as, body: { permissions: held } });
const add = (body: object): Promise<Answer> =>
  app.call('POST', '/users', {
    as: manager,
    body: { email: newEmail(), password: 'a good password', ...body },
  });
const patch = ({ id }: Person, body: object, as = manager): Promise<Answer> =>
  app.call('PATCH', `/users/${id}`, { as, body });
const expectForbidden = (answer: Answer): void =>
  expectProblem(answer, 403, 'Insufficient permissions');

describe('Somebody who manages users', () => {
  it('can add users and give them roles that allow no more than their own', async () => {
    expect((await add({ role: 'viewer' })).status).toBe(201);
    expect((await add({ role: 'manager', is_superuser: false })).status).toBe(201);
    expect((await patch(await app.person(), { role: 'viewer' })).status).toBe(200);
  });

  it.each(['member', 'operator', 'admin'])('cannot make anybody %s', async (role) => {
    expectForbidden(await add({ role }));
    expectForbidden(await patch(await app.person('viewer'), { role }));
    expectForbidden(await patch(manager, { role }));
  });

  it('cannot add somebody with the role that comes by itself, when it allows more', async () => {
    expectForbidden(await add({}));
  });

  it('cannot make anybody a superuser, not even themselves', async () => {
    expectForbidden(await add({ role: 'viewer', is_superuser: true }));
    expectForbidden(await patch(await app.person('viewer'), { is_superuser: true }));
    expectForbidden(await patch(manager, { is_superuser: true }));
  });

  it('cannot touch a superuser, whatever their role', async () => {
    const superuser = await app.person('viewer');
    await patch(superuser, { is_superuser: true }, app.admin);

    for (const body of [
      { full_name: 'X' },
      { email: newEmail() },
      { password: 'a new password' },
      { is_active: false },
      { is_superuser: false },
      { role: 'viewer' },
      {},
    ])
      expectForbidden(await patch(superuser, body));
    expectForbidden(await app.call('DELETE', `/users/${superuser.id}`, { as: manager }));
    expect((await app.call('GET', '/users/me', { as: superuser })).status).toBe(200);
  });

  it('cannot become somebody who may do more, by giving them a password', async () => {
    const [operator, viewer] = [await app.person('operator'), await app.person('viewer')];

    expectForbidden(await patch(operator, { password: 'a new password' }));
    expectForbidden(await patch(operator, { password: 'a new password', role: 'viewer' }));
    expect((await patch(operator, { full_name: 'X' })).status).toBe(200);
    expect((await patch(viewer, { password: 'a new password' })).status).toBe(200);
  });
});

describe('Somebody who manages roles', () => {
  it('can define roles that allow no more than their own', async () => {
    expect((await define('fewer', ['tags:read', 'roles:read'], manager)).status).toBe(200);
    expect((await define('fewer', [], manager)).status).toBe(200);
  });

  it.each(permissions.filter((permission) => !/^(users|roles):|read(:any)?$/.test(permission)))(
    'cannot hand out %s, which they lack',
    async (permission) => {
      expectForbidden(await define('more', ['tags:read', permission], manager));
      expect((await app.call('GET', '/roles/more', { as: manager })).status).toBe(404);
    },
  );

  it('cannot make their own role allow more', async () => {
    expectForbidden(await define('manager', permissions, manager));
  });

  it('cannot take from a role what they lack', async () => {
    await define('stronger', ['tags:create']);

    expectForbidden(await define('stronger', [], manager));
  });
});

describe('Somebody with the role admin who is no superuser', () => {
  it('has every permission to hand out, and still makes no superuser', async () => {
    const admin = await app.person('admin');
    const other = await app.person();

    expect((await patch(other, { role: 'admin' }, admin)).status).toBe(200);
    expectForbidden(await patch(other, { is_superuser: true }, admin));
    expectForbidden(await patch(app.admin, { is_superuser: false }, admin));
    expectForbidden(await app.call('DELETE', `/users/${app.admin.id}`, { as: admin }));
  });
});

describe('A token', () => {
  it('is worth what its user may do now, whatever they could do when they got it', async () => {
    const person = await app.person('admin');
    const users = (): Promise<Answer> => app.call('GET', '/users', { as: person });
    expect((await users()).status).toBe(200);

    await patch(person, { role: 'viewer' }, app.admin);

    expectForbidden(await users());
  });
});
