import { z } from 'zod';
import { type CommandKeyEvent } from '../../domain/idempotency/events.js';
import { type ClaimEvent } from '../../domain/names/claim.js';
import { type RefusalEvent } from '../../domain/refusals/events.js';
import { type RoleEvent } from '../../domain/roles/events.js';
import { type EventDefinitions } from './define.js';
import { id, permissionList, text } from './schemas.js';

const claim = z.strictObject({
  kind: z.enum(['tag-name', 'user-email']),
  holderId: id,
  asOf: z.int(),
});
const role = text(50);
const rolePermissions = z.strictObject({ role, permissions: permissionList });

export const supportingEvents: EventDefinitions<
  RoleEvent | ClaimEvent | RefusalEvent | CommandKeyEvent
> = {
  RoleDefined: {
    version: 1,
    data: z.strictObject({ role, permissions: permissionList, builtIn: z.boolean() }),
  },
  RolePermissionsGranted: { version: 1, data: rolePermissions },
  RolePermissionsRevoked: { version: 1, data: rolePermissions },
  RoleRemoved: { version: 1, data: z.strictObject({ role }) },
  NameClaimed: { version: 1, data: claim },
  NameReleased: { version: 1, data: claim },
  CommandRefused: {
    version: 1,
    data: z.strictObject({
      actorId: text(64),
      command: text(64),
      target: text(255),
      reason: text(255),
      unrecorded: z.int().nonnegative(),
    }),
  },
  CommandKeyed: {
    version: 1,
    data: z.strictObject({
      actorId: text(64),
      command: text(64),
      fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
      target: text(255),
      events: z.int().nonnegative(),
    }),
  },
};
