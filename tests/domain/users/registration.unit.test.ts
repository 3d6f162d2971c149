import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { user } from '../../../src/domain/users/user.js';
import { given } from '../support/specification.js';
import { ada, deactivated, granted, registered } from '../support/users.js';

describe('Registering a user', () => {
  it('tells who they are', () =>
    given(user)
      .when({ ...ada, type: 'RegisterUser' })
      .then([registered]));

  it('tells of a superuser that they became one', () =>
    given(user)
      .when({ ...ada, isSuperuser: true, type: 'RegisterUser' })
      .then([registered, granted]));

  it('tells of somebody who may not sign in yet that they are not active', () =>
    given(user)
      .when({ ...ada, isActive: false, type: 'RegisterUser' })
      .then([registered, deactivated]));

  it('tells of superuser rights before it tells that they rest', () =>
    given(user)
      .when({ ...ada, isActive: false, isSuperuser: true, type: 'RegisterUser' })
      .then([registered, granted, deactivated]));

  it.each([
    ada,
    { ...ada, fullName: null },
    { ...ada, isSuperuser: true },
    { ...ada, isActive: false },
    { ...ada, isActive: false, isSuperuser: true },
  ])('leads to exactly the user that was wanted: %j', (newcomer) => {
    const events = user.decide({ ...newcomer, type: 'RegisterUser' }, user.initial);
    expect(fold(user, events)).toStrictEqual({ ...newcomer, status: 'registered' });
  });
});
