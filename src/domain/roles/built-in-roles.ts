import { type Permission, permissions } from '../access/permissions.js';

/** The roles every Watchbook has. They are written into the log at the first start, like any other decision. */
export const builtInRoles: ReadonlyMap<string, readonly Permission[]> = new Map<
  string,
  readonly Permission[]
>([
  ['admin', permissions],
  [
    'operator',
    permissions.filter(
      (permission) =>
        /^(services|tags):/.test(permission) ||
        isOwnWebhook(permission) ||
        permission === 'audit:read',
    ),
  ],
  [
    'member',
    permissions.filter(
      (permission) =>
        (/^(services|tags):/.test(permission) && !permission.endsWith(':any')) ||
        isOwnWebhook(permission),
    ),
  ],
  ['viewer', ['services:read', 'services:read:any', 'tags:read', 'tags:read:any']],
]);

/** The addresses of other people's webhooks may hold secrets: they are the administrators' business only. */
function isOwnWebhook(permission: Permission): boolean {
  return permission === 'webhooks:read' || permission === 'webhooks:manage';
}

/** What somebody who signs up may do. */
export const defaultRole = 'member';
