import { z } from 'zod';
import { invalid } from '../../domain/domain-error.js';
import { type DomainEvent } from '../../domain/events.js';
import { userEmail } from '../../domain/names/unique-name.js';
import { defaultRole } from '../../domain/roles/built-in-roles.js';
import { countsAsSuperuser, existing, user, type UserState } from '../../domain/users/user.js';
import { roleStream, userStream } from '../../event-store/stream-id.js';
import { roles, users } from '../aggregates.js';
import { type Command, noFacts } from '../command.js';
import { uuid } from '../fields.js';
import { renaming } from '../reservations/renaming.js';
import { type Reservation } from '../reservations/reservation.js';
import { type StateReader } from '../state-reader.js';
import { userFields } from './fields.js';
import {
  type ChangeFacts,
  ChangeOwnAccountPolicy,
  ChangeOwnPasswordPolicy,
  ChangeUserPolicy,
  DeleteOwnAccountPolicy,
  DeleteUserPolicy,
  RegisterUserPolicy,
  type RoleFacts,
  SignUpPolicy,
} from './policies.js';

const { email, fullName, role, isActive, isSuperuser } = userFields;

const SignUp = z.strictObject({
  userId: uuid,
  credentialId: uuid,
  email,
  fullName: fullName.default(null),
});
const Register = SignUp.extend({
  role: role.default(defaultRole),
  isActive: isActive.default(true),
  isSuperuser: isSuperuser.default(false),
});
const ChangeOwn = z.strictObject({ email, fullName }).partial().extend({ userId: uuid });
const Change = z
  .strictObject({ email, fullName, role, isActive, isSuperuser, credentialId: uuid })
  .partial()
  .extend({ userId: uuid });
const ChangePassword = z.strictObject({ userId: uuid, credentialId: uuid });
const Delete = z.strictObject({
  userId: uuid,
  ownsServices: z.boolean(),
  reassignServicesTo: uuid.nullable(),
});

interface HeirFacts {
  readonly heir: UserState | null;
}

const onUser = {
  aggregate: users,
  stream: ({ userId }: { userId: string }) => userStream(userId),
  facts: noFacts,
  reservations,
} as const;

export const signUp: Command<z.infer<typeof SignUp>, UserState, undefined> = {
  ...onUser,
  name: 'SignUp',
  input: SignUp,
  policy: SignUpPolicy,
  decide({ userId: id, ...input }, state) {
    const standing = { role: defaultRole, isActive: true, isSuperuser: false };
    return user.decide({ type: 'RegisterUser', id, ...input, ...standing }, state);
  },
};

export const registerUser: Command<z.infer<typeof Register>, UserState, RoleFacts> = {
  ...onUser,
  name: 'RegisterUser',
  input: Register,
  policy: RegisterUserPolicy,
  facts: (input, read) => roleFacts(input.role, read),
  decide({ userId: id, ...input }, state, facts) {
    requireRole(facts);
    return user.decide({ type: 'RegisterUser', id, ...input }, state);
  },
};

export const changeOwnAccount: Command<z.infer<typeof ChangeOwn>, UserState, undefined> = {
  ...onUser,
  name: 'ChangeOwnAccount',
  input: ChangeOwn,
  policy: ChangeOwnAccountPolicy,
  mustExist: existing,
  decide: ({ email, fullName }, state) =>
    user.decide({ type: 'ChangeUser', email, fullName }, state),
};

export const changeUser: Command<z.infer<typeof Change>, UserState, ChangeFacts> = {
  ...onUser,
  name: 'ChangeUser',
  input: Change,
  policy: ChangeUserPolicy,
  async facts({ role, credentialId }, read, state) {
    const getsPassword = credentialId !== undefined && state.status === 'registered';
    const held = getsPassword ? await read.state(roles, roleStream(state.role)) : null;
    return { ...(await roleFacts(role, read)), held };
  },
  mustExist: existing,
  decide({ userId: _, ...changes }, state, facts) {
    requireRole(facts);
    return user.decide({ type: 'ChangeUser', ...changes }, state);
  },
};

export const changeOwnPassword: Command<z.infer<typeof ChangePassword>, UserState, undefined> = {
  ...onUser,
  name: 'ChangeOwnPassword',
  input: ChangePassword,
  policy: ChangeOwnPasswordPolicy,
  mustExist: existing,
  decide: ({ credentialId }, state) => user.decide({ type: 'ChangePassword', credentialId }, state),
};

export const deleteOwnAccount: Command<z.infer<typeof Delete>, UserState, HeirFacts> = {
  ...onUser,
  name: 'DeleteOwnAccount',
  input: Delete,
  policy: DeleteOwnAccountPolicy,
  facts: heirFacts,
  mustExist: existing,
  decide: deletion,
};

export const deleteUser: Command<z.infer<typeof Delete>, UserState, HeirFacts> = {
  ...onUser,
  name: 'DeleteUser',
  input: Delete,
  policy: DeleteUserPolicy,
  facts: heirFacts,
  mustExist: existing,
  decide: deletion,
};

async function roleFacts(name: string | undefined, read: StateReader): Promise<RoleFacts> {
  return { role: name === undefined ? null : await read.state(roles, roleStream(name)) };
}

function requireRole(facts: RoleFacts): void {
  if (facts.role === 'undefined') throw invalid('role', 'Role not found');
}

async function heirFacts(
  { reassignServicesTo }: { reassignServicesTo: string | null },
  read: StateReader,
): Promise<HeirFacts> {
  if (reassignServicesTo === null) return { heir: null };
  return { heir: await read.state(users, userStream(reassignServicesTo)) };
}

function deletion(
  { ownsServices, reassignServicesTo }: z.infer<typeof Delete>,
  state: UserState,
  { heir }: HeirFacts,
): readonly DomainEvent[] {
  if (heir !== null && heir.status !== 'registered') throw invalid('reassignTo', 'User not found');
  return user.decide({ type: 'DeleteUser', ownsServices, reassignServicesTo }, state);
}

/** The e-mail address they bear, and the place on the roster of superusers. */
function reservations(before: UserState, events: readonly DomainEvent[]): Reservation[] {
  const after = events.reduce((state, event) => users.evolve(state, event), before);
  const userId = userIdOf(events);
  if (userId === undefined) return [];
  const names = renaming(userId, emailOf(before), emailOf(after));
  if (countsAsSuperuser(after)) return [...names, { kind: 'enlist-superuser', userId }];
  if (countsAsSuperuser(before)) return [...names, { kind: 'discharge-superuser', userId }];
  return names;
}

function userIdOf(events: readonly DomainEvent[]): string | undefined {
  const [first] = events;
  return first !== undefined && 'userId' in first.data ? first.data.userId : undefined;
}

function emailOf(state: UserState): ReturnType<typeof userEmail> | undefined {
  return state.status === 'registered' ? userEmail(state.email) : undefined;
}
