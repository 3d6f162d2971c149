import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { permissions } from '../../src/domain/access/permissions.js';
import { builtInRoles } from '../../src/domain/roles/built-in-roles.js';
import { RoleView, UserView } from '../../src/http/resources/views.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
  readPage,
} from './support/answers.js';
import { type Role } from './support/making.js';
import { expectSorted } from './support/paging.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const define = (name: string, held: unknown): Promise<Answer> =>
  app.call('PUT', `/roles/${name}`, { as: app.admin, body: { permissions: held } });
const remove = (name: string): Promise<Answer> =>
  app.call('DELETE', `/roles/${name}`, { as: app.admin });
const get = (path: string): Promise<Answer> => app.call('GET', path, { as: app.admin });

describe('The built-in roles', () => {
  it('are there, and allow what the contract says, and webhooks of one’s own', async () => {
    const { data } = readPage(await get('/roles'), RoleView);

    const builtIn = data.filter(({ built_in }) => built_in);
    expect(builtIn.map(({ name }) => name)).toEqual(['admin', 'member', 'operator', 'viewer']);
    expect(Object.fromEntries(builtIn.map(({ name, permissions: held }) => [name, held]))).toEqual({
      admin: [...permissions],
      member: [
        'services:create',
        'services:read',
        'services:update',
        'services:delete',
        'services:check',
        'tags:create',
        'tags:read',
        'tags:update',
        'tags:delete',
        'webhooks:read',
        'webhooks:manage',
      ],
      operator: [
        ...permissions.filter((permission) => /^(services|tags):/.test(permission)),
        'audit:read',
        'webhooks:read',
        'webhooks:manage',
      ],
      viewer: ['services:read', 'services:read:any', 'tags:read', 'tags:read:any'],
    });
  });

  it.each([...builtInRoles.keys()])('cannot be changed or removed: %s', async (name) => {
    expect((await define(name, [])).status).toBe(409);
    expect((await remove(name)).status).toBe(409);
    expect(read(await get(`/roles/${name}`), 200, RoleView).permissions).not.toEqual([]);
  });
});

describe('Defining a role', () => {
  it('makes it, and answers with it', async () => {
    const answer = await define('publisher', ['tags:read', 'services:read', 'tags:read']);

    const role = read(answer, 200, RoleView);
    expect(role).toEqual({
      name: 'publisher',
      permissions: ['services:read', 'tags:read'],
      built_in: false,
      created_at: expect.any(String),
      updated_at: null,
    });
    expectCommandHeaders(answer, 0);
    const found = await get('/roles/publisher');
    expect(read(found, 200, RoleView)).toEqual(role);
    expect(found.headers.get('ETag')).toBe('"0"');
  });

  it('changes what it allows, for everybody who has it, at once', async () => {
    await define('changing', ['tags:create', 'tags:read']);
    const person = await app.person('changing');
    const tag = (name: string): Promise<Answer> =>
      app.call('POST', '/tags', { as: person, body: { name } });
    expect((await tag('allowed')).status).toBe(201);

    const changed = read(await define('changing', ['tags:read', 'roles:read']), 200, RoleView);

    expect(changed.permissions).toEqual(['tags:read', 'roles:read']);
    expect(changed.updated_at).not.toBeNull();
    expectProblem(await tag('no more'), 403, 'Insufficient permissions');
    const me = read(await app.call('GET', '/users/me', { as: person }), 200, UserView);
    expect(me.permissions).toEqual(['tags:read', 'roles:read']);
    expect((await app.call('GET', '/roles', { as: person })).status).toBe(200);
  });

  it('changes nothing when it allows that already', async () => {
    const role = read(await define('same', ['tags:read', 'services:read']), 200, RoleView);

    const again = await define('same', ['services:read', 'tags:read']);

    expect(read(again, 200, RoleView)).toEqual(role);
    expectCommandHeaders(again, 0);
  });

  it('may allow nothing, or everything', async () => {
    expect(read(await define('nothing', []), 200, RoleView).permissions).toEqual([]);
    expect(read(await define('all', permissions), 200, RoleView).permissions).toEqual(permissions);
  });

  it.each([
    [['tags:paint'], 'permissions.0'],
    [['tags:read', 7], 'permissions.1'],
    ['tags:read', 'permissions'],
    [null, 'permissions'],
    [undefined, 'permissions'],
  ])('refuses %j', async (held, path) => {
    expectInvalid(await define('wrong', held), path);
    expectProblem(await get('/roles/wrong'), 404, 'Role not found');
  });

  it.each(['Upper', '1st', 'a_b', '-a', 'x'.repeat(51), 'caf%C3%A9', 'a%20b'])(
    'refuses the name %s',
    async (name) => {
      expectInvalid(await define(name, []), 'name');
    },
  );

  it('takes a name of 50 letters, digits and hyphens', async () => {
    const name = `a1-${'x'.repeat(47)}`;

    expect(read(await define(name, []), 200, RoleView).name).toBe(name);
    expect((await app.person(name)).id).not.toBe('');
  });

  it('is refused when somebody else was faster', async () => {
    await define('contested', []);
    const put = (held: string[]): Promise<Answer> =>
      app.call('PUT', '/roles/contested', {
        as: app.admin,
        body: { permissions: held },
        headers: { 'If-Match': '"0"' },
      });

    expect((await put(['tags:read'])).status).toBe(200);
    expect((await put(['services:read'])).status).toBe(412);
  });
});

describe('Removing a role', () => {
  it('takes it away, and it can be defined anew', async () => {
    await define('passing', ['tags:read']);

    const answer = await remove('passing');

    expect(read(answer, 200, Message)).toEqual({ message: 'Role deleted successfully' });
    expectCommandHeaders(answer, 1);
    expectProblem(await get('/roles/passing'), 404, 'Role not found');
    expectProblem(await remove('passing'), 404, 'Role not found');
    const again = read(await define('passing', ['services:read']), 200, RoleView);
    expect(again.permissions).toEqual(['services:read']);
  });

  it('is refused while somebody has it, and no longer', async () => {
    await define('held', []);
    const person = await app.person('held');
    const patch = (body: object): Promise<Answer> =>
      app.call('PATCH', `/users/${person.id}`, { as: app.admin, body });

    expect((await remove('held')).status).toBe(409);
    await patch({ is_active: false });
    expect((await remove('held')).status).toBe(409);
    await patch({ role: 'viewer' });
    expect((await remove('held')).status).toBe(200);
  });
});

describe('Listing roles', () => {
  it.each([
    ['name', ({ name }: Role) => name],
    ['created_at', ({ created_at }: Role) => created_at],
  ])('sorts by %s in both directions, in pages that never overlap', async (field, valueOf) => {
    await expectSorted(get, ['/roles', field], RoleView, ({ name }) => name, valueOf);
  });

  it('counts all, whatever part is shown', async () => {
    const { data, count } = readPage(await get('/roles?limit=2'), RoleView);

    expect(data).toHaveLength(2);
    expect(count).toBeGreaterThanOrEqual(4);
  });

  it.each(['?sort=permissions', '?limit=0', '?q=x'])('refuses %s', async (query) => {
    expectInvalid(await get(`/roles${query}`), query.slice(1, query.indexOf('=')));
  });
});

describe('The permissions', () => {
  it('are all named, to anybody who is logged in', async () => {
    const answer = await app.call('GET', '/permissions', { as: await app.person() });

    const { data, count } = readPage(answer, z.string());
    expect(data).toEqual([...permissions]);
    expect(count).toBe(permissions.length);
  });
});
