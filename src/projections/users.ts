import { z } from 'zod';
import { type RecordedEvent } from '../event-store/event-store.js';
import { openJson, timestamp } from './columns.js';
import { ignored } from './ignored.js';
import { type Projection } from './projection.js';

export const UserRow = z.object({
  id: z.string(),
  email: z.string(),
  full_name: z.string().nullable(),
  role: z.string(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  credential_id: z.string(),
  revision: z.int(),
  created_by_command: z.string(),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
});
export type UserRow = z.infer<typeof UserRow>;

export const users: Projection<UserRow> = {
  name: 'users',
  version: 1,
  row: UserRow,
  key: 'id',
  columns: {
    id: 'uuid',
    email: 'text',
    full_name: 'text',
    role: 'text',
    is_active: 'boolean',
    is_superuser: 'boolean',
    credential_id: 'uuid',
    revision: 'integer',
    created_by_command: 'uuid',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
  },
  indexes: [
    'CREATE INDEX ON TABLE (lower(email), id)',
    'CREATE INDEX ON TABLE (role)',
    'CREATE INDEX ON TABLE (created_at, id)',
  ],

  keyOf: ({ event }) => ('userId' in event.data ? event.data.userId : undefined),

  openView: ({ id, email, full_name, role, is_active, is_superuser, created_at, updated_at }) =>
    openJson({ id, email, full_name, role, is_active, is_superuser, created_at, updated_at }),

  on: {
    UserRegistered: (_, { userId, email, fullName, role, credentialId }, recorded) => ({
      id: userId,
      email,
      full_name: fullName,
      role,
      is_active: true,
      is_superuser: false,
      credential_id: credentialId,
      revision: recorded.revision,
      created_by_command: recorded.metadata.commandId,
      created_at: recorded.recordedAt,
      updated_at: null,
    }),
    UserEmailChanged: (row, { email }, recorded) => change(row, { email }, recorded),
    UserRenamed: (row, { fullName }, recorded) => change(row, { full_name: fullName }, recorded),
    UserPasswordChanged: (row, { credentialId }, recorded) =>
      change(row, { credential_id: credentialId }, recorded),
    UserRoleAssigned: (row, { role }, recorded) => change(row, { role }, recorded),
    SuperuserGranted: (row, _, recorded) => change(row, { is_superuser: true }, recorded),
    SuperuserRevoked: (row, _, recorded) => change(row, { is_superuser: false }, recorded),
    UserDeactivated: (row, _, recorded) => change(row, { is_active: false }, recorded),
    UserReactivated: (row, _, recorded) => change(row, { is_active: true }, recorded),
    UserDeleted: () => null,
    UserEmailForfeited: (row, _, { revision }) => row && { ...row, revision },
    ...ignored.services,
    ...ignored.tags,
    ...ignored.roles,
    ...ignored.projections,
    ...ignored.webhooks,
    ...ignored.writeSide,
  },
};

/** The command that registered a user may go on to set them up; that is not a change yet. */
function change(
  row: UserRow | undefined,
  changes: Partial<UserRow>,
  { revision, recordedAt, metadata }: RecordedEvent,
): UserRow | undefined {
  if (row === undefined) return undefined;
  const isSetUp = metadata.commandId === row.created_by_command;
  return { ...row, ...changes, revision, updated_at: isSetUp ? null : recordedAt };
}
