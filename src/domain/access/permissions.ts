/**
 * Everything a role can allow. `<resource>:<action>` is about one's own things, `<resource>:<action>:any` about
 * everyone's; what has no owner (users, roles, the audit log, projections) knows the short form only.
 */
export const permissions = [
  'services:create',
  'services:read',
  'services:read:any',
  'services:update',
  'services:update:any',
  'services:delete',
  'services:delete:any',
  'services:check',
  'services:check:any',
  'tags:create',
  'tags:read',
  'tags:read:any',
  'tags:update',
  'tags:update:any',
  'tags:delete',
  'tags:delete:any',
  'users:read',
  'users:manage',
  'roles:read',
  'roles:manage',
  'audit:read',
  'projections:read',
  'projections:manage',
  'webhooks:read',
  'webhooks:read:any',
  'webhooks:manage',
  'webhooks:manage:any',
  'api-keys:manage',
  'api-keys:manage:any',
] as const;

export type Permission = (typeof permissions)[number];

/** Permissions that exist in both forms, named by the short one. */
export type OwnablePermission = {
  [P in Permission]: `${P}:any` extends Permission ? P : never;
}[Permission];
