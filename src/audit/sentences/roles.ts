import { type Permission } from '../../domain/access/permissions.js';
import { type RoleEvent } from '../../domain/roles/events.js';
import { type RoleState, union, without } from '../../domain/roles/role.js';
import { type Change, phrase, type Sentences, telling } from './telling.js';

export const roleSentences: Sentences<RoleEvent['type'], RoleState> = {
  RoleDefined: ({ role, permissions, builtIn }, before) => {
    const kind = builtIn ? 'built-in role' : 'role';
    return telling(phrase`defined ${kind} ${{ name: role }}: ${listed(permissions)}`, [
      permissionChange(before, permissions),
    ]);
  },
  RolePermissionsGranted: ({ role, permissions }, before) =>
    telling(phrase`allowed role ${{ name: role }} ${listed(permissions)}`, [
      permissionChange(before, union(held(before), permissions)),
    ]),
  RolePermissionsRevoked: ({ role, permissions }, before) =>
    telling(phrase`took ${listed(permissions)} from role ${{ name: role }}`, [
      permissionChange(before, without(held(before), permissions)),
    ]),
  RoleRemoved: ({ role }, before) =>
    telling(phrase`removed role ${{ name: role }}`, [permissionChange(before, [])]),
};

function held(state: RoleState): readonly Permission[] {
  return state === 'undefined' ? [] : state.permissions;
}

function permissionChange(before: RoleState, now: readonly Permission[]): Change {
  return { field: 'permissions', old: held(before), new: now };
}

function listed(permissions: readonly Permission[]): string {
  return permissions.length === 0 ? 'nothing' : permissions.join(', ');
}
