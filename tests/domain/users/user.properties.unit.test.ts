import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import { type UserEvent } from '../../../src/domain/users/events.js';
import { type User, user, type UserCommand } from '../../../src/domain/users/user.js';
import { attempt, stateAfter, statesOf } from '../support/attempts.js';
import {
  ada,
  deactivated,
  deleted,
  forfeited,
  granted,
  reactivated,
  registered,
  revoked,
  userId,
} from '../support/users.js';

const settings = {
  email: fc.constantFrom('ada@example.org', 'countess@example.org'),
  fullName: fc.constantFrom('Ada Lovelace', 'Ada King', null),
  role: fc.constantFrom('member', 'operator', 'admin'),
  isActive: fc.boolean(),
  isSuperuser: fc.boolean(),
};

const anyUser: fc.Arbitrary<User> = fc.record(settings).map((chosen) => ({ ...ada, ...chosen }));

const change: fc.Arbitrary<UserCommand> = fc
  .record(settings, { requiredKeys: [] })
  .map((changes) => ({ ...changes, type: 'ChangeUser' }));

const deletion: fc.Arbitrary<UserCommand> = fc.record({
  type: fc.constant('DeleteUser'),
  ownsServices: fc.boolean(),
  reassignServicesTo: fc.constantFrom(userId, 'grace', null),
});

const changes = fc.array(change);
const commands = fc.array(
  fc.oneof({ arbitrary: change, weight: 5 }, { arbitrary: deletion, weight: 1 }),
);

const laterEvent: fc.Arbitrary<UserEvent> = fc.oneof(
  fc.constantFrom(granted, revoked, deactivated, reactivated, forfeited, deleted()),
  settings.email.map((email): UserEvent => ({ type: 'UserEmailChanged', data: { userId, email } })),
  settings.fullName.map((fullName): UserEvent => ({
    type: 'UserRenamed',
    data: { userId, fullName },
  })),
  settings.role.map((role): UserEvent => ({ type: 'UserRoleAssigned', data: { userId, role } })),
  fc.constant<UserEvent>({ type: 'UserPasswordChanged', data: { userId, credentialId: 'new' } }),
);

const register = (newcomer: User): UserCommand => ({ ...newcomer, type: 'RegisterUser' });

describe('A user', () => {
  it('is exactly as was wanted after registration', () =>
    fc.assert(
      fc.property(anyUser, (newcomer) =>
        expect(stateAfter(user, [register(newcomer)])).toEqual({
          ...newcomer,
          status: 'registered',
        }),
      ),
    ));

  it('is exactly as was wanted after a change', () =>
    fc.assert(
      fc.property(anyUser, changes, anyUser, (newcomer, before, wanted) => {
        const { email, fullName, role, isActive, isSuperuser } = wanted;
        const all: UserCommand = {
          ...{ email, fullName, role, isActive, isSuperuser },
          type: 'ChangeUser',
        };
        expect(stateAfter(user, [register(newcomer), ...before, all])).toEqual({
          ...wanted,
          status: 'registered',
        });
      }),
    ));

  it('has nothing left to change when the same change is asked for again', () =>
    fc.assert(
      fc.property(anyUser, changes, change, (newcomer, before, wanted) => {
        const after = stateAfter(user, [register(newcomer), ...before, wanted]);
        expect(attempt(user, wanted, after)).toEqual([]);
      }),
    ));

  it('stays deleted, whatever is asked of them', () =>
    fc.assert(
      fc.property(commands, (later) => {
        const states = statesOf(user, later, fold(user, [registered]));
        const end = states.findIndex(({ status }) => status === 'deleted');
        if (end === -1) return;
        expect(states.slice(end).every(({ status }) => status === 'deleted')).toBe(true);
      }),
    ));

  it('takes events in any order', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant(registered), laterEvent)), (events) =>
        expect(() => fold(user, events)).not.toThrow(),
      ),
    ));

  it('is not there before the first event', () =>
    fc.assert(
      fc.property(fc.array(laterEvent), (events) =>
        expect(fold(user, events)).toEqual(user.initial),
      ),
    ));
});
