import { describe, expect, it } from '@jest/globals';
import { RoleView } from '../../src/http/resources/views.js';
import { roles } from '../../src/projections/roles.js';
import { examples } from './support/examples.js';
import { completed, history, rowAfter, rowOf, timeOf } from './support/history.js';

const { RoleDefined: defined, RolePermissionsGranted: granted } = examples;
const { RolePermissionsRevoked: revoked, RoleRemoved: removed } = examples;

describe('The row of a role', () => {
  it('given a definition, then it is what was defined', () => {
    expect(rowOf(roles, [defined])).toEqual({
      name: 'auditor',
      built_in: false,
      permissions: ['tags:read', 'audit:read'],
      revision: 0,
      created_at: timeOf(0),
      updated_at: null,
    });
  });

  it('given a role, when more is granted and other things revoked, then it has what is left', () => {
    expect(rowOf(roles, [defined], [granted], [revoked])).toEqual({
      ...rowOf(roles, [defined]),
      permissions: ['tags:create', 'tags:read'],
      revision: 2,
      updated_at: timeOf(2),
    });
  });

  it('given a role, when a version makes it its own, then it begins anew', () => {
    const builtIn = {
      type: 'RoleDefined',
      data: { role: 'auditor', permissions: ['audit:read'], builtIn: true },
    } as const;

    expect(rowOf(roles, [defined], [granted], [builtIn])).toEqual({
      name: 'auditor',
      built_in: true,
      permissions: ['audit:read'],
      revision: 2,
      created_at: timeOf(2),
      updated_at: null,
    });
  });

  it('given a role, when it is removed, then its row ends; defined again, there is a new one', () => {
    expect(rowAfter(roles, history([defined], [removed]))).toBeNull();
    for (const late of [granted, revoked])
      expect(rowAfter(roles, history([defined], [removed], [late]))).toBeUndefined();
    expect(rowOf(roles, [defined], [removed], [defined])).toMatchObject({ created_at: timeOf(2) });
  });
});

describe('The view of a role', () => {
  it('given a role, when it is closed, then it is what is promised', () => {
    const view = RoleView.parse(completed(roles, rowOf(roles, [defined], [granted])));

    expect(view).toEqual({
      name: 'auditor',
      permissions: ['tags:create', 'tags:read', 'audit:read'],
      built_in: false,
      created_at: timeOf(0),
      updated_at: timeOf(1),
    });
  });
});
