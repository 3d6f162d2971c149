import { describe, expect, it } from '@jest/globals';
import { permissions } from '../../../src/domain/access/permissions.js';
import { builtInRoles, defaultRole } from '../../../src/domain/roles/built-in-roles.js';

const ownServicesAndTags = [
  'services:create',
  'services:read',
  'services:update',
  'services:delete',
  'services:check',
  'tags:create',
  'tags:read',
  'tags:update',
  'tags:delete',
];

const ownWebhooks = ['webhooks:read', 'webhooks:manage'];

const everyonesServicesAndTags = [
  'services:read:any',
  'services:update:any',
  'services:delete:any',
  'services:check:any',
  'tags:read:any',
  'tags:update:any',
  'tags:delete:any',
];

const inAlphabet = (some: readonly string[] = []): string[] => [...some].sort();

describe('The built-in roles', () => {
  it('are four', () =>
    expect([...builtInRoles.keys()]).toStrictEqual(['admin', 'operator', 'member', 'viewer']));

  it.each([
    { role: 'admin', may: 'everything', allowed: [...permissions] },
    {
      role: 'operator',
      may: 'work on everyone’s services and tags and their own webhooks, and read the audit log',
      allowed: [...ownServicesAndTags, ...everyonesServicesAndTags, ...ownWebhooks, 'audit:read'],
    },
    {
      role: 'member',
      may: 'work on their own services, tags and webhooks',
      allowed: [...ownServicesAndTags, ...ownWebhooks],
    },
    {
      role: 'viewer',
      may: 'read everyone’s services and tags',
      allowed: ['services:read', 'services:read:any', 'tags:read', 'tags:read:any'],
    },
  ])('let the $role $may', ({ role, allowed }) =>
    expect(inAlphabet(builtInRoles.get(role))).toStrictEqual(inAlphabet(allowed)),
  );

  it.each([...builtInRoles])('list what the %s may in the order of the catalogue', (_, allowed) =>
    expect(allowed).toStrictEqual(permissions.filter((each) => allowed.includes(each))),
  );

  it('include the one that new users get', () => {
    expect(defaultRole).toBe('member');
    expect(builtInRoles.has(defaultRole)).toBe(true);
  });
});
