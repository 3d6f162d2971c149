import { type Decider } from '../decider.js';
import { alreadyExists, DomainError, invalid, notFound } from '../domain-error.js';
import { type UserEvent } from './events.js';

export type UserState =
  { readonly status: 'unborn' | 'deleted' } | ({ readonly status: 'registered' } & User);

export interface User {
  readonly id: string;
  readonly email: string;
  readonly fullName: string | null;
  readonly role: string;
  readonly isActive: boolean;
  readonly isSuperuser: boolean;
  /** Which stored password is the current one. */
  readonly credentialId: string;
}

export interface UserChanges {
  readonly email?: string | undefined;
  readonly fullName?: string | null | undefined;
  readonly role?: string | undefined;
  readonly isActive?: boolean | undefined;
  readonly isSuperuser?: boolean | undefined;
  /** Set when an administrator gives them a new password. */
  readonly credentialId?: string | undefined;
}

export type UserCommand =
  | ({ readonly type: 'RegisterUser' } & User)
  | ({ readonly type: 'ChangeUser' } & UserChanges)
  | { readonly type: 'ChangePassword'; readonly credentialId: string }
  | {
      readonly type: 'DeleteUser';
      readonly ownsServices: boolean;
      readonly reassignServicesTo: string | null;
    }
  | { readonly type: 'ForfeitUserEmail'; readonly userId: string };

export const user: Decider<UserState, UserCommand, UserEvent> = {
  initial: { status: 'unborn' },

  evolve(state, event) {
    if (event.type === 'UserRegistered') {
      const { userId, email, fullName, role, credentialId } = event.data;
      const flags = { isActive: true, isSuperuser: false };
      return { status: 'registered', id: userId, email, fullName, role, credentialId, ...flags };
    }
    if (state.status !== 'registered') return state;
    switch (event.type) {
      case 'UserEmailChanged':
        return { ...state, email: event.data.email };
      case 'UserRenamed':
        return { ...state, fullName: event.data.fullName };
      case 'UserPasswordChanged':
        return { ...state, credentialId: event.data.credentialId };
      case 'UserRoleAssigned':
        return { ...state, role: event.data.role };
      case 'SuperuserGranted':
        return { ...state, isSuperuser: true };
      case 'SuperuserRevoked':
        return { ...state, isSuperuser: false };
      case 'UserDeactivated':
        return { ...state, isActive: false };
      case 'UserReactivated':
        return { ...state, isActive: true };
      case 'UserDeleted':
        return { status: 'deleted' };
      case 'UserEmailForfeited':
        return state;
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'RegisterUser':
        if (state.status !== 'unborn') throw alreadyExists();
        return registration(command);
      case 'ChangeUser':
        return changes(existing(state), command);
      case 'ChangePassword':
        return changes(existing(state), { credentialId: command.credentialId });
      case 'DeleteUser':
        return deletion(existing(state), command);
      case 'ForfeitUserEmail':
        return [{ type: 'UserEmailForfeited', data: { userId: command.userId } }];
    }
  },
};

/** @throws DomainError `user-not-found` for a user who never was, or is no more. */
export function existing(state: UserState): User {
  if (state.status !== 'registered') throw notFound.user();
  return state;
}

/** Whether the superuser roster should hold them. */
export function countsAsSuperuser(state: UserState): boolean {
  return state.status === 'registered' && state.isActive && state.isSuperuser;
}

function registration(newcomer: User): UserEvent[] {
  const { id: userId, email, fullName, role, credentialId } = newcomer;
  const events: UserEvent[] = [
    { type: 'UserRegistered', data: { userId, email, fullName, role, credentialId } },
  ];
  if (newcomer.isSuperuser) events.push({ type: 'SuperuserGranted', data: { userId } });
  if (!newcomer.isActive) events.push({ type: 'UserDeactivated', data: { userId } });
  return events;
}

function changes(current: User, wanted: UserChanges): UserEvent[] {
  const userId = current.id;
  const events: UserEvent[] = [];
  const { email, fullName, role, isActive, isSuperuser, credentialId } = wanted;
  if (email !== undefined && email !== current.email)
    events.push({ type: 'UserEmailChanged', data: { userId, email } });
  if (fullName !== undefined && fullName !== current.fullName)
    events.push({ type: 'UserRenamed', data: { userId, fullName } });
  if (role !== undefined && role !== current.role)
    events.push({ type: 'UserRoleAssigned', data: { userId, role } });
  if (credentialId !== undefined && credentialId !== current.credentialId)
    events.push({ type: 'UserPasswordChanged', data: { userId, credentialId } });
  return [...events, ...standing(current, isActive, isSuperuser)];
}

function standing(current: User, isActive?: boolean, isSuperuser?: boolean): UserEvent[] {
  const data = { userId: current.id };
  const events: UserEvent[] = [];
  if (isSuperuser !== undefined && isSuperuser !== current.isSuperuser)
    events.push({ type: isSuperuser ? 'SuperuserGranted' : 'SuperuserRevoked', data });
  if (isActive !== undefined && isActive !== current.isActive)
    events.push({ type: isActive ? 'UserReactivated' : 'UserDeactivated', data });
  return events;
}

function deletion(
  current: User,
  wanted: { ownsServices: boolean; reassignServicesTo: string | null },
): UserEvent[] {
  const { ownsServices, reassignServicesTo } = wanted;
  if (reassignServicesTo === current.id)
    throw invalid('reassignTo', 'The services must go to somebody else');
  if (ownsServices && reassignServicesTo === null)
    throw new DomainError(
      'user-owns-services',
      'This user owns services: say who gets them with reassign_to',
    );
  return [{ type: 'UserDeleted', data: { userId: current.id, reassignServicesTo } }];
}
