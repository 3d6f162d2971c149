import { type Permission, permissions as allPermissions } from '../access/permissions.js';
import { type Decider } from '../decider.js';
import { DomainError, notFound } from '../domain-error.js';
import { type RoleEvent } from './events.js';

export type RoleState = 'undefined' | Role;

export interface Role {
  readonly name: string;
  readonly builtIn: boolean;
  readonly permissions: readonly Permission[];
}

export type RoleCommand =
  | {
      readonly type: 'DefineRole';
      readonly role: string;
      readonly permissions: readonly Permission[];
    }
  /** Brings a built-in role to what this version of Watchbook says it is. */
  | {
      readonly type: 'EnsureBuiltInRole';
      readonly role: string;
      readonly permissions: readonly Permission[];
    }
  | { readonly type: 'RemoveRole'; readonly inUse: boolean };

export const role: Decider<RoleState, RoleCommand, RoleEvent> = {
  initial: 'undefined',

  evolve(state, event) {
    if (event.type === 'RoleDefined') {
      const { role: name, permissions, builtIn } = event.data;
      return { name, permissions, builtIn };
    }
    if (state === 'undefined') return state;
    switch (event.type) {
      case 'RolePermissionsGranted':
        return { ...state, permissions: union(state.permissions, event.data.permissions) };
      case 'RolePermissionsRevoked':
        return { ...state, permissions: without(state.permissions, event.data.permissions) };
      case 'RoleRemoved':
        return 'undefined';
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'DefineRole':
        refuseBuiltIn(state);
        return redefine(command.role, command.permissions, state, false);
      case 'EnsureBuiltInRole':
        return redefine(command.role, command.permissions, state, true);
      case 'RemoveRole':
        if (state === 'undefined') throw notFound.role();
        refuseBuiltIn(state);
        if (command.inUse)
          throw new DomainError(
            'role-in-use',
            'Some users still have this role: give them another',
          );
        return [{ type: 'RoleRemoved', data: { role: state.name } }];
    }
  },
};

function refuseBuiltIn(state: RoleState): void {
  if (state !== 'undefined' && state.builtIn)
    throw new DomainError('role-is-built-in', 'A built-in role cannot be changed or removed');
}

function redefine(
  name: string,
  wanted: readonly Permission[],
  state: RoleState,
  builtIn: boolean,
): RoleEvent[] {
  // A role of the users' own whose name a new version has taken becomes what that version says.
  if (state === 'undefined' || state.builtIn !== builtIn)
    return [{ type: 'RoleDefined', data: { role: name, permissions: union([], wanted), builtIn } }];
  const granted = without(wanted, state.permissions);
  const revoked = without(state.permissions, wanted);
  const events: RoleEvent[] = [];
  if (granted.length > 0)
    events.push({ type: 'RolePermissionsGranted', data: { role: name, permissions: granted } });
  if (revoked.length > 0)
    events.push({ type: 'RolePermissionsRevoked', data: { role: name, permissions: revoked } });
  return events;
}

/** In the order of the catalogue, each once, so that equal sets are equal lists. */
export function union(a: readonly Permission[], b: readonly Permission[]): Permission[] {
  return allPermissions.filter((permission) => a.includes(permission) || b.includes(permission));
}

export function without(a: readonly Permission[], b: readonly Permission[]): Permission[] {
  return allPermissions.filter((permission) => a.includes(permission) && !b.includes(permission));
}
