import { z } from 'zod';
import { type SuperuserRosterEvent, type UserEvent } from '../../domain/users/events.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const userId = id;
const only = z.strictObject({ userId });
const rosterEntry = z.strictObject({ userId, asOf: z.int() });

export const userEvents: EventDefinitions<UserEvent | SuperuserRosterEvent> = {
  UserRegistered: {
    version: 1,
    data: z.strictObject({
      userId,
      email: text(255),
      fullName: text(255).nullable(),
      role: text(50),
      credentialId: id,
    }),
    personal: { of: 'userId', fields: ['email', 'fullName'] },
  },
  UserEmailChanged: {
    version: 1,
    data: z.strictObject({ userId, email: text(255) }),
    personal: { of: 'userId', fields: ['email'] },
  },
  UserRenamed: {
    version: 1,
    data: z.strictObject({ userId, fullName: text(255).nullable() }),
    personal: { of: 'userId', fields: ['fullName'] },
  },
  UserPasswordChanged: { version: 1, data: z.strictObject({ userId, credentialId: id }) },
  UserRoleAssigned: { version: 1, data: z.strictObject({ userId, role: text(50) }) },
  SuperuserGranted: { version: 1, data: only },
  SuperuserRevoked: { version: 1, data: only },
  UserDeactivated: { version: 1, data: only },
  UserReactivated: { version: 1, data: only },
  UserDeleted: { version: 1, data: z.strictObject({ userId, reassignServicesTo: id.nullable() }) },
  UserEmailForfeited: { version: 1, data: only },
  SuperuserEnlisted: { version: 1, data: rosterEntry },
  SuperuserDischarged: { version: 1, data: rosterEntry },
};
