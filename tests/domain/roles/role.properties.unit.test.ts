import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Permission, permissions } from '../../../src/domain/access/permissions.js';
import { fold } from '../../../src/domain/decider.js';
import { type RoleEvent } from '../../../src/domain/roles/events.js';
import { role, type RoleCommand, union, without } from '../../../src/domain/roles/role.js';
import { attempt, stateAfter } from '../support/attempts.js';

const name = 'auditor';
const somePermissions: fc.Arbitrary<Permission[]> = fc.array(fc.constantFrom(...permissions));

const command: fc.Arbitrary<RoleCommand> = fc.oneof(
  somePermissions.map((wanted): RoleCommand => ({
    type: 'DefineRole',
    role: name,
    permissions: wanted,
  })),
  fc.boolean().map((inUse): RoleCommand => ({ type: 'RemoveRole', inUse })),
);

const laterEvent: fc.Arbitrary<RoleEvent> = fc.oneof(
  fc
    .tuple(fc.constantFrom('RolePermissionsGranted', 'RolePermissionsRevoked'), somePermissions)
    .map(([type, some]): RoleEvent => ({ type, data: { role: name, permissions: some } })),
  fc.constant<RoleEvent>({ type: 'RoleRemoved', data: { role: name } }),
);

const definition: fc.Arbitrary<RoleEvent> = fc
  .tuple(somePermissions, fc.boolean())
  .map(([some, builtIn]) => ({
    type: 'RoleDefined',
    data: { role: name, permissions: union([], some), builtIn },
  }));

const inOrder = (some: readonly Permission[]): Permission[] =>
  permissions.filter((permission) => some.includes(permission));

describe('A role', () => {
  it('allows exactly what was wanted last, whatever it allowed before', () =>
    fc.assert(
      fc.property(fc.array(command), somePermissions, (before, wanted) => {
        const define: RoleCommand = { type: 'DefineRole', role: name, permissions: wanted };
        const after = stateAfter(role, [...before, define]);
        expect(after).toEqual({ name, builtIn: false, permissions: inOrder(wanted) });
        expect(attempt(role, define, after)).toEqual([]);
      }),
    ));

  it('that is built in allows exactly what this version says', () =>
    fc.assert(
      fc.property(somePermissions, somePermissions, (before, wanted) => {
        const ensure = (some: Permission[]): RoleCommand => ({
          type: 'EnsureBuiltInRole',
          role: name,
          permissions: some,
        });
        expect(stateAfter(role, [ensure(before), ensure(wanted)])).toEqual({
          name,
          builtIn: true,
          permissions: inOrder(wanted),
        });
      }),
    ));

  it('that is built in withstands every wish of its users', () =>
    fc.assert(
      fc.property(somePermissions, fc.array(command), (some, wishes) => {
        const builtIn = stateAfter(role, [
          { type: 'EnsureBuiltInRole', role: name, permissions: some },
        ]);
        expect(stateAfter(role, wishes, builtIn)).toEqual(builtIn);
      }),
    ));

  it('takes events in any order', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(definition, laterEvent)), (events) =>
        expect(() => fold(role, events)).not.toThrow(),
      ),
    ));

  it('is not there before the first event', () =>
    fc.assert(
      fc.property(fc.array(laterEvent), (events) => expect(fold(role, events)).toBe(role.initial)),
    ));
});

describe('Sets of permissions', () => {
  it('joined have what either has, each once, in the order of the catalogue', () =>
    fc.assert(
      fc.property(somePermissions, somePermissions, (a, b) =>
        expect(union(a, b)).toEqual(inOrder([...a, ...b])),
      ),
    ));

  it('without others have what only the first has', () =>
    fc.assert(
      fc.property(somePermissions, somePermissions, (a, b) =>
        expect(without(a, b)).toEqual(inOrder(a).filter((permission) => !b.includes(permission))),
      ),
    ));
});
