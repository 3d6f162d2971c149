import { z } from 'zod';
import { permissions } from '../domain/access/permissions.js';
import { union, without } from '../domain/roles/role.js';
import { openJson, timestamp } from './columns.js';
import { ignored } from './ignored.js';
import { type Projection } from './projection.js';

export const RoleRow = z.object({
  name: z.string(),
  built_in: z.boolean(),
  permissions: z.array(z.enum(permissions)),
  revision: z.int(),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
});
export type RoleRow = z.infer<typeof RoleRow>;

export const roles: Projection<RoleRow> = {
  name: 'roles',
  version: 1,
  row: RoleRow,
  key: 'name',
  columns: {
    name: 'text',
    built_in: 'boolean',
    permissions: 'text[]',
    revision: 'integer',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
  },
  indexes: [],

  keyOf: ({ event }) =>
    'role' in event.data && event.type.startsWith('Role') ? event.data.role : undefined,

  openView: ({ name, permissions: held, built_in, created_at, updated_at }) =>
    openJson({ name, permissions: held, built_in, created_at, updated_at }),

  on: {
    RoleDefined: (_, { role, permissions: held, builtIn }, { revision, recordedAt }) => ({
      name: role,
      built_in: builtIn,
      permissions: [...held],
      revision,
      created_at: recordedAt,
      updated_at: null,
    }),
    RolePermissionsGranted: (row, { permissions: granted }, { revision, recordedAt }) =>
      row && {
        ...row,
        permissions: union(row.permissions, granted),
        revision,
        updated_at: recordedAt,
      },
    RolePermissionsRevoked: (row, { permissions: revoked }, { revision, recordedAt }) =>
      row && {
        ...row,
        permissions: without(row.permissions, revoked),
        revision,
        updated_at: recordedAt,
      },
    RoleRemoved: () => null,
    ...ignored.services,
    ...ignored.tags,
    ...ignored.users,
    ...ignored.projections,
    ...ignored.webhooks,
    ...ignored.writeSide,
  },
};
