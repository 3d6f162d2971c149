import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { countsAsSuperuser, user } from '../../../src/domain/users/user.js';
import {
  deactivated,
  deleted,
  granted,
  reactivated,
  registered,
  revoked,
} from '../support/users.js';

describe('A user counts as a superuser', () => {
  it.each([
    { when: 'with the rights', history: [registered, granted] },
    { when: 'let in again', history: [registered, granted, deactivated, reactivated] },
    { when: 'with the rights back', history: [registered, granted, revoked, granted] },
  ])('$when', ({ history }) => expect(countsAsSuperuser(fold(user, history))).toBe(true));
});

describe('A user does not count as a superuser', () => {
  it.each([
    { when: 'before they are registered', history: [granted] },
    { when: 'without the rights', history: [registered] },
    { when: 'with the rights taken away', history: [registered, granted, revoked] },
    { when: 'deactivated', history: [registered, granted, deactivated] },
    { when: 'deleted', history: [registered, granted, deleted()] },
  ])('$when', ({ history }) => expect(countsAsSuperuser(fold(user, history))).toBe(false));
});
