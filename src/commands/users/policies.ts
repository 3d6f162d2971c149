import { type Actor, may } from '../../domain/access/actor.js';
import { allow, deny, type Verdict, withPermission } from '../../domain/access/verdict.js';
import { type RoleState } from '../../domain/roles/role.js';
import { existing, type UserState } from '../../domain/users/user.js';
import { type CommandPolicy, type PolicyRequest } from '../command.js';

/** Which role somebody is to get, if any is named; `undefined` is a role that nobody defined. */
export interface RoleFacts {
  readonly role: RoleState | null;
}

interface Standing {
  readonly isSuperuser?: boolean | undefined;
}

/** Open to everybody while sign-up is open; what a newcomer may do is decided by the default role. */
export class SignUpPolicy implements CommandPolicy<unknown, UserState, unknown> {
  constructor(private readonly signup: 'open' | 'closed') {}

  decide(): Verdict {
    return this.signup === 'open' ? allow('open sign-up') : deny('Sign-up is closed');
  }
}

export class RegisterUserPolicy implements CommandPolicy<Standing, UserState, RoleFacts> {
  decide(actor: Actor, { input, facts }: PolicyRequest<Standing, UserState, RoleFacts>): Verdict {
    if (!mayGrant(actor, facts, input)) return deny('Insufficient permissions');
    return withPermission(actor, 'users:manage');
  }
}

export interface ChangeFacts extends RoleFacts {
  /** The role of somebody who is to get another password: who sets it can log in as them. */
  readonly held: RoleState | null;
}

/** Superusers are beyond the reach of those who are not, and nobody can hand out or take on what they do not have. */
export class ChangeUserPolicy implements CommandPolicy<Standing, UserState, ChangeFacts> {
  decide(
    actor: Actor,
    { input, state, facts }: PolicyRequest<Standing, UserState, ChangeFacts>,
  ): Verdict {
    if (!isWithinReach(actor, state) || !mayGrant(actor, facts, input))
      return deny('Insufficient permissions');
    if (!mayDoAllOf(actor, facts.held)) return deny('Insufficient permissions');
    return withPermission(actor, 'users:manage');
  }
}

/** Everybody may say what they are called and where to write to them. */
export class ChangeOwnAccountPolicy implements CommandPolicy<unknown, UserState, undefined> {
  decide(actor: Actor, { state }: PolicyRequest<unknown, UserState, undefined>): Verdict {
    return existing(state).id === actor.id ? allow('own account') : deny('Not authorized');
  }
}

export class ChangeOwnPasswordPolicy extends ChangeOwnAccountPolicy {}

export class DeleteOwnAccountPolicy implements CommandPolicy<unknown, UserState, unknown> {
  decide(actor: Actor, { state }: PolicyRequest<unknown, UserState, unknown>): Verdict {
    const user = existing(state);
    if (user.id !== actor.id) return deny('Not authorized');
    return user.isSuperuser ? deny('Superusers cannot delete themselves') : allow('own account');
  }
}

export class DeleteUserPolicy implements CommandPolicy<unknown, UserState, unknown> {
  decide(actor: Actor, { state }: PolicyRequest<unknown, UserState, unknown>): Verdict {
    const user = existing(state);
    if (!may(actor, 'users:manage') || !isWithinReach(actor, state))
      return deny('Insufficient permissions');
    if (user.id === actor.id && user.isSuperuser)
      return deny('Superusers cannot delete themselves');
    return withPermission(actor, 'users:manage');
  }
}

function isWithinReach(actor: Actor, state: UserState): boolean {
  return !existing(state).isSuperuser || isSuperuser(actor);
}

function mayGrant(actor: Actor, { role }: RoleFacts, wanted: Standing): boolean {
  if (wanted.isSuperuser === true && !isSuperuser(actor)) return false;
  return mayDoAllOf(actor, role);
}

function mayDoAllOf(actor: Actor, role: RoleState | null): boolean {
  if (role === null || role === 'undefined') return true;
  return role.permissions.every((permission) => may(actor, permission));
}

function isSuperuser(actor: Actor): boolean {
  return actor.kind === 'process' || (actor.kind === 'user' && actor.isSuperuser);
}
