import { z } from 'zod';
import { type Actor, may } from '../../domain/access/actor.js';
import { type Permission, permissions } from '../../domain/access/permissions.js';
import { deny, type Verdict, withPermission } from '../../domain/access/verdict.js';
import { notFound } from '../../domain/domain-error.js';
import { role, type RoleState } from '../../domain/roles/role.js';
import { roleStream } from '../../event-store/stream-id.js';
import { roles } from '../aggregates.js';
import { type Command, type CommandPolicy, noFacts, type PolicyRequest } from '../command.js';

export const roleFields = {
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,49}$/, 'Lower-case letters, digits and hyphens, 50 at most'),
  permissions: z.array(z.enum(permissions)).max(permissions.length),
};

const Define = z.strictObject({ role: roleFields.name, permissions: roleFields.permissions });
const Remove = z.strictObject({ role: roleFields.name, inUse: z.boolean() });

const onRole = {
  aggregate: roles,
  stream: (input: { role: string }) => roleStream(input.role),
  facts: noFacts,
} as const;

/** Nobody can hand out what they do not have. */
export class DefineRolePolicy implements CommandPolicy<
  { permissions: readonly Permission[] },
  RoleState,
  undefined
> {
  decide(
    actor: Actor,
    { input, state }: PolicyRequest<{ permissions: readonly Permission[] }, RoleState, undefined>,
  ): Verdict {
    const before = state === 'undefined' ? [] : state.permissions;
    const lacks = [...input.permissions, ...before].some((permission) => !may(actor, permission));
    return lacks ? deny('Insufficient permissions') : withPermission(actor, 'roles:manage');
  }
}

export class RemoveRolePolicy implements CommandPolicy<unknown, RoleState, undefined> {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'roles:manage');
  }
}

/** Only Watchbook itself says what its built-in roles are. */
export class EnsureBuiltInRolePolicy implements CommandPolicy<unknown, RoleState, undefined> {
  decide(actor: Actor): Verdict {
    return actor.kind === 'process'
      ? withPermission(actor, 'roles:manage')
      : deny('Insufficient permissions');
  }
}

export const defineRole: Command<z.infer<typeof Define>, RoleState, undefined> = {
  ...onRole,
  name: 'DefineRole',
  input: Define,
  policy: DefineRolePolicy,
  decide: (input, state) => role.decide({ type: 'DefineRole', ...input }, state),
};

export const ensureBuiltInRole: Command<z.infer<typeof Define>, RoleState, undefined> = {
  ...onRole,
  name: 'EnsureBuiltInRole',
  input: Define,
  policy: EnsureBuiltInRolePolicy,
  decide: (input, state) => role.decide({ type: 'EnsureBuiltInRole', ...input }, state),
};

export const removeRole: Command<z.infer<typeof Remove>, RoleState, undefined> = {
  ...onRole,
  name: 'RemoveRole',
  input: Remove,
  policy: RemoveRolePolicy,
  mustExist(state) {
    if (state === 'undefined') throw notFound.role();
  },
  decide: ({ inUse }, state) => role.decide({ type: 'RemoveRole', inUse }, state),
};
