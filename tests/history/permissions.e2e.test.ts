import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissions } from '../../src/domain/access/permissions.js';
import { PermissionsView } from '../../src/http/resources/views.js';
import { expectInvalid, expectProblem, read } from '../resources/support/answers.js';
import { Ledger } from '../resources/support/log.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

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

/** Does something and says when it was done. */
async function when(method: string, path: string, body?: object): Promise<string> {
  const answer = await app.call(method, path, { as: app.admin, ...(body && { body }) });
  expect([answer.status < 300, answer.text]).toEqual([true, expect.any(String)]);
  const time = await ledger.lastTime();
  await new Promise((resolve) => setTimeout(resolve, 3));
  return time;
}

async function permissionsOf(id: string, time?: string): Promise<object> {
  const query = time === undefined ? '' : `?as_of=${time}`;
  const answer = await app.call('GET', `/users/${id}/permissions${query}`, { as: app.admin });
  const { user_id, ...rest } = read(answer, 200, PermissionsView);
  expect(user_id).toBe(id);
  return rest;
}

describe('What somebody could do', () => {
  it('given a life of roles, when asked as of each moment, then it is what they could do then', async () => {
    await when('PUT', '/roles/keeper', { permissions: ['tags:read'] });
    const { id } = await app.person('keeper');
    const user = `/users/${id}`;
    const began = await ledger.lastTime();
    await new Promise((resolve) => setTimeout(resolve, 3));
    const widened = await when('PUT', '/roles/keeper', {
      permissions: ['tags:read', 'audit:read'],
    });
    const raised = await when('PATCH', user, { is_superuser: true });
    const stopped = await when('PATCH', user, { is_active: false });
    const reduced = await when('PATCH', user, {
      is_superuser: false,
      is_active: true,
      role: 'viewer',
    });
    await when('DELETE', '/roles/keeper');

    const plain = { role: 'keeper', is_active: true, is_superuser: false };
    expect(await permissionsOf(id, began)).toEqual({ ...plain, permissions: ['tags:read'] });
    const wide = { ...plain, permissions: ['tags:read', 'audit:read'] };
    expect(await permissionsOf(id, widened)).toEqual(wide);
    const superuser = { ...plain, is_superuser: true, permissions: [...permissions] };
    expect(await permissionsOf(id, raised)).toEqual(superuser);
    expect(await permissionsOf(id, stopped)).toEqual({
      ...{ ...superuser, is_active: false },
      permissions: [],
    });
    expect(await permissionsOf(id, reduced)).toEqual(await permissionsOf(id));
    expect(await permissionsOf(id)).toMatchObject({ role: 'viewer' });
  });

  it('given a time before they were there, when asked, then they are not found', async () => {
    const { id } = await app.person();
    const path = `/users/${id}/permissions`;

    const long = await app.call('GET', `${path}?as_of=2020-01-01T00:00:00Z`, { as: app.admin });
    expectProblem(long, 404, 'User not found');
    expectInvalid(await app.call('GET', `${path}?as_of=then`, { as: app.admin }), 'as_of');
  });
});
