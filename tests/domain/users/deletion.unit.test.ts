import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { user, type UserCommand } from '../../../src/domain/users/user.js';
import { given } from '../support/specification.js';
import { deleted, forfeited, reactivated, registered, userId } from '../support/users.js';

describe('Deleting a user', () => {
  it('deletes somebody who owns nothing', () =>
    given(user, [registered])
      .when({ type: 'DeleteUser', ownsServices: false, reassignServicesTo: null })
      .then([deleted()]));

  it('tells who gets their services', () =>
    given(user, [registered])
      .when({ type: 'DeleteUser', ownsServices: true, reassignServicesTo: 'grace' })
      .then([deleted('grace')]));

  it('tells who would get their services when they own none', () =>
    given(user, [registered])
      .when({ type: 'DeleteUser', ownsServices: false, reassignServicesTo: 'grace' })
      .then([deleted('grace')]));

  it('is refused when nobody gets their services', () =>
    given(user, [registered])
      .when({ type: 'DeleteUser', ownsServices: true, reassignServicesTo: null })
      .thenRefused('user-owns-services'));

  it.each([true, false])('is refused when they would get them (owns services: %s)', (owns) =>
    given(user, [registered])
      .when({ type: 'DeleteUser', ownsServices: owns, reassignServicesTo: userId })
      .thenRefused('invalid-fields', 'reassignTo'),
  );

  it('forgets everything about them', () =>
    expect(fold(user, [registered, deleted()])).toStrictEqual({ status: 'deleted' }));
});

const commands: UserCommand[] = [
  { type: 'ChangeUser', role: 'admin' },
  { type: 'ChangeUser' },
  { type: 'ChangePassword', credentialId: 'password-2' },
  { type: 'DeleteUser', ownsServices: false, reassignServicesTo: null },
];

describe('A user who never was', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(user).when(command).thenRefused('user-not-found'),
  );
});

describe('A deleted user', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(user, [registered, deleted()]).when(command).thenRefused('user-not-found'),
  );

  it('does not come back with a change that arrives late', () =>
    expect(fold(user, [registered, deleted(), reactivated])).toStrictEqual({ status: 'deleted' }));
});

describe('Forfeiting the e-mail address of a user', () => {
  it.each([
    { whom: 'who never came to be', history: [] },
    { whom: 'who is there', history: [registered] },
    { whom: 'who was deleted', history: [registered, deleted()] },
    { whom: 'who forfeited it before', history: [forfeited] },
  ])('is told of somebody $whom, and leaves them as they are', ({ history }) => {
    given(user, history).when({ type: 'ForfeitUserEmail', userId }).then([forfeited]);
    expect(fold(user, [...history, forfeited])).toStrictEqual(fold(user, history));
  });
});
