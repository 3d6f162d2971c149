import { describe, expect, it } from '@jest/globals';
import { permissions } from '../../../src/domain/access/permissions.js';

/** As the HTTP contract lists them. */
const contract: Record<string, string[]> = {
  services: ['create', 'read', 'update', 'delete', 'check'],
  tags: ['create', 'read', 'update', 'delete'],
  users: ['read', 'manage'],
  roles: ['read', 'manage'],
  audit: ['read'],
  projections: ['read', 'manage'],
  webhooks: ['read', 'manage'],
  'api-keys': ['manage'],
};

const ownable = ['services', 'tags', 'webhooks', 'api-keys'];

const promised = Object.entries(contract).flatMap(([resource, actions]) =>
  actions.map((action) => ({ resource, action, permission: `${resource}:${action}` })),
);

const known: readonly string[] = permissions;

describe('The catalogue of permissions', () => {
  it('has what the contract promises, and no more', () => {
    const short = known.filter((permission) => !permission.endsWith(':any'));
    expect([...short].sort()).toStrictEqual(promised.map(({ permission }) => permission).sort());
  });

  it.each(promised)('tells own from everyone’s where there is an owner: $permission', (row) =>
    expect(known.includes(`${row.permission}:any`)).toBe(
      ownable.includes(row.resource) && row.action !== 'create',
    ),
  );

  it('names each once', () => expect(new Set(permissions).size).toBe(permissions.length));
});
