import { describe, expect, it } from '@jest/globals';
import { type Permission, permissions } from '../../../src/domain/access/permissions.js';
import { fold } from '../../../src/domain/decider.js';
import { type RoleEvent } from '../../../src/domain/roles/events.js';
import { role } from '../../../src/domain/roles/role.js';
import { given } from '../support/specification.js';

const name = 'auditor';

const defined = (...allowed: Permission[]): RoleEvent => ({
  type: 'RoleDefined',
  data: { role: name, permissions: allowed, builtIn: false },
});
const builtIn = (...allowed: Permission[]): RoleEvent => ({
  type: 'RoleDefined',
  data: { role: name, permissions: allowed, builtIn: true },
});
const granted = (...allowed: Permission[]): RoleEvent => ({
  type: 'RolePermissionsGranted',
  data: { role: name, permissions: allowed },
});
const revoked = (...allowed: Permission[]): RoleEvent => ({
  type: 'RolePermissionsRevoked',
  data: { role: name, permissions: allowed },
});
const removed: RoleEvent = { type: 'RoleRemoved', data: { role: name } };

describe('Defining a role', () => {
  it('tells what it allows', () =>
    given(role)
      .when({ type: 'DefineRole', role: name, permissions: ['audit:read'] })
      .then([defined('audit:read')]));

  it('tells each permission once, in the order of the catalogue', () =>
    given(role)
      .when({
        type: 'DefineRole',
        role: name,
        permissions: ['audit:read', 'services:read', 'audit:read'],
      })
      .then([defined('services:read', 'audit:read')]));

  it('may allow nothing', () =>
    given(role).when({ type: 'DefineRole', role: name, permissions: [] }).then([defined()]));

  it('may allow everything', () =>
    given(role)
      .when({ type: 'DefineRole', role: name, permissions })
      .then([defined(...permissions)]));

  it('defines anew what was removed', () =>
    given(role, [defined('audit:read'), removed])
      .when({ type: 'DefineRole', role: name, permissions: ['audit:read'] })
      .then([defined('audit:read')]));

  it('leads to a role that is not built in', () =>
    expect(fold(role, [defined('audit:read')])).toStrictEqual({
      name,
      builtIn: false,
      permissions: ['audit:read'],
    }));
});

describe('Defining a role that is there', () => {
  it('grants what is new', () =>
    given(role, [defined('audit:read')])
      .when({ type: 'DefineRole', role: name, permissions: ['audit:read', 'users:read'] })
      .then([granted('users:read')]));

  it('revokes what is gone', () =>
    given(role, [defined('users:read', 'audit:read')])
      .when({ type: 'DefineRole', role: name, permissions: ['audit:read'] })
      .then([revoked('users:read')]));

  it('grants before it revokes', () =>
    given(role, [defined('users:read', 'audit:read')])
      .when({ type: 'DefineRole', role: name, permissions: ['roles:read', 'tags:read'] })
      .then([granted('tags:read', 'roles:read'), revoked('users:read', 'audit:read')]));

  it('revokes everything with an empty list', () =>
    given(role, [defined('users:read', 'audit:read')])
      .when({ type: 'DefineRole', role: name, permissions: [] })
      .then([revoked('users:read', 'audit:read')]));

  it('says nothing when it allows just that', () =>
    given(role, [defined('users:read', 'audit:read')])
      .when({
        type: 'DefineRole',
        role: name,
        permissions: ['audit:read', 'users:read', 'audit:read'],
      })
      .thenNothing());

  it('compares with what it allows now', () =>
    given(role, [defined('audit:read'), granted('users:read'), revoked('audit:read')])
      .when({ type: 'DefineRole', role: name, permissions: ['users:read'] })
      .thenNothing());

  it.each([[['audit:read']], [[]]] satisfies [Permission[]][])(
    'is refused for a built-in one, whatever is wanted: %j',
    (wanted) =>
      given(role, [builtIn('audit:read')])
        .when({ type: 'DefineRole', role: name, permissions: wanted })
        .thenRefused('role-is-built-in'),
  );
});

describe('Ensuring a built-in role', () => {
  it('defines it at the first start', () =>
    given(role)
      .when({ type: 'EnsureBuiltInRole', role: name, permissions: ['audit:read'] })
      .then([builtIn('audit:read')]));

  it('says nothing at the next start', () =>
    given(role, [builtIn('audit:read')])
      .when({ type: 'EnsureBuiltInRole', role: name, permissions: ['audit:read'] })
      .thenNothing());

  it('brings it to what a new version says', () =>
    given(role, [builtIn('users:read', 'audit:read')])
      .when({ type: 'EnsureBuiltInRole', role: name, permissions: ['audit:read', 'tags:read'] })
      .then([granted('tags:read'), revoked('users:read')]));
});

describe('Removing a role', () => {
  it('removes one that nobody has', () =>
    given(role, [defined('audit:read')])
      .when({ type: 'RemoveRole', inUse: false })
      .then([removed]));

  it('is refused while somebody has it', () =>
    given(role, [defined('audit:read')])
      .when({ type: 'RemoveRole', inUse: true })
      .thenRefused('role-in-use'));

  it.each([true, false])('is refused for a built-in one (in use: %s)', (inUse) =>
    given(role, [builtIn('audit:read')])
      .when({ type: 'RemoveRole', inUse })
      .thenRefused('role-is-built-in'),
  );

  it.each([true, false])('is refused for one that never was (in use: %s)', (inUse) =>
    given(role).when({ type: 'RemoveRole', inUse }).thenRefused('role-not-found'),
  );

  it('is refused for one that was removed', () =>
    given(role, [defined('audit:read'), removed])
      .when({ type: 'RemoveRole', inUse: false })
      .thenRefused('role-not-found'));
});

describe('A role of the users that a new version has built in', () => {
  it('becomes built in, with what the version says', () =>
    given(role, [defined('users:read')])
      .when({ type: 'EnsureBuiltInRole', role: name, permissions: ['audit:read'] })
      .then([builtIn('audit:read')]));

  it('becomes built in when it allows just that, too', () =>
    given(role, [defined('audit:read')])
      .when({ type: 'EnsureBuiltInRole', role: name, permissions: ['audit:read'] })
      .then([builtIn('audit:read')]));
});
