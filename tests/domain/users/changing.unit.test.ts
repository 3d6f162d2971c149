import { describe, it } from '@jest/globals';
import { user } from '../../../src/domain/users/user.js';
import { given } from '../support/specification.js';
import {
  ada,
  deactivated,
  granted,
  reactivated,
  registered,
  revoked,
  userId,
} from '../support/users.js';

describe('Changing a user', () => {
  it.each([
    {
      wanted: { email: 'countess@example.org' },
      event: { type: 'UserEmailChanged', data: { userId, email: 'countess@example.org' } },
    },
    {
      wanted: { fullName: 'Ada King' },
      event: { type: 'UserRenamed', data: { userId, fullName: 'Ada King' } },
    },
    {
      wanted: { fullName: null },
      event: { type: 'UserRenamed', data: { userId, fullName: null } },
    },
    {
      wanted: { role: 'operator' },
      event: { type: 'UserRoleAssigned', data: { userId, role: 'operator' } },
    },
    {
      wanted: { credentialId: 'password-2' },
      event: { type: 'UserPasswordChanged', data: { userId, credentialId: 'password-2' } },
    },
    { wanted: { isSuperuser: true }, event: granted },
    { wanted: { isActive: false }, event: deactivated },
  ] as const)('tells that they are to have $wanted', ({ wanted, event }) =>
    given(user, [registered])
      .when({ ...wanted, type: 'ChangeUser' })
      .then([event]),
  );

  it('takes superuser rights away', () =>
    given(user, [registered, granted])
      .when({ type: 'ChangeUser', isSuperuser: false })
      .then([revoked]));

  it('lets them in again', () =>
    given(user, [registered, deactivated])
      .when({ type: 'ChangeUser', isActive: true })
      .then([reactivated]));

  it('says nothing when nothing is asked for', () =>
    given(user, [registered]).when({ type: 'ChangeUser' }).thenNothing());

  it('says nothing when everything asked for holds already', () => {
    const { email, fullName, role, isActive, isSuperuser } = ada;
    given(user, [registered])
      .when({ type: 'ChangeUser', email, fullName, role, isActive, isSuperuser })
      .thenNothing();
  });

  it('compares with how the user is now', () =>
    given(user, [registered, granted, revoked, deactivated, reactivated])
      .when({ type: 'ChangeUser', isActive: true, isSuperuser: false })
      .thenNothing());

  it('says many things in one order: who they are, how they sign in, what they may', () =>
    given(user, [registered])
      .when({
        type: 'ChangeUser',
        isActive: false,
        isSuperuser: true,
        credentialId: 'password-2',
        role: 'admin',
        fullName: null,
        email: 'countess@example.org',
      })
      .then([
        { type: 'UserEmailChanged', data: { userId, email: 'countess@example.org' } },
        { type: 'UserRenamed', data: { userId, fullName: null } },
        { type: 'UserRoleAssigned', data: { userId, role: 'admin' } },
        { type: 'UserPasswordChanged', data: { userId, credentialId: 'password-2' } },
        granted,
        deactivated,
      ]));
});

describe('Changing a password', () => {
  it('tells which one is current, and not the password', () =>
    given(user, [registered])
      .when({ type: 'ChangePassword', credentialId: 'password-2' })
      .then([{ type: 'UserPasswordChanged', data: { userId, credentialId: 'password-2' } }]));
});

describe('Changing a password to the one that is current', () => {
  const credentialId = ada.credentialId;

  it('says nothing when they do it', () =>
    given(user, [registered]).when({ type: 'ChangePassword', credentialId }).thenNothing());

  it('says nothing when an administrator does it', () =>
    given(user, [registered]).when({ type: 'ChangeUser', credentialId }).thenNothing());
});
