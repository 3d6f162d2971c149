import { type UserEvent } from '../../domain/users/events.js';
import { type User, type UserState } from '../../domain/users/user.js';
import { type Change, phrase, plainly, type Sentences, telling } from './telling.js';

export const userSentences: Sentences<UserEvent['type'], UserState> = {
  UserRegistered: ({ userId, email, fullName, role }, _, { actor }) => {
    const changes = [
      personal('email', null, email),
      personal('full_name', null, fullName),
      { field: 'role', old: null, new: role },
    ];
    const person = { person: userId };
    if (actor.kind === 'anonymous')
      return { doer: person, predicate: phrase`signed up as ${{ name: role }}`, changes };
    return telling(phrase`added ${person} as ${{ name: role }}`, changes);
  },
  UserEmailChanged: ({ userId, email }, before) => {
    const old = known(before)?.email ?? null;
    return telling(
      phrase`changed ${{ whose: userId }} e-mail address from ${{ personal: old }} to ${{ personal: email }}`,
      [personal('email', old, email)],
    );
  },
  UserRenamed: ({ userId, fullName }, before) => {
    const old = known(before)?.fullName ?? null;
    return telling(
      phrase`changed ${{ whose: userId }} full name from ${{ personal: old }} to ${{ personal: fullName }}`,
      [personal('full_name', old, fullName)],
    );
  },
  UserPasswordChanged: ({ userId }) => plainly(phrase`changed ${{ whose: userId }} password`),
  UserRoleAssigned: ({ userId, role }, before) => {
    const old = known(before)?.role ?? null;
    return telling(
      phrase`changed ${{ whose: userId }} role from ${{ name: old ?? 'none' }} to ${{ name: role }}`,
      [{ field: 'role', old, new: role }],
    );
  },
  SuperuserGranted: ({ userId }) =>
    telling(phrase`made ${{ person: userId }} a superuser`, [flag('is_superuser', true)]),
  SuperuserRevoked: ({ userId }) =>
    telling(phrase`took ${{ whose: userId }} superuser rights`, [flag('is_superuser', false)]),
  UserDeactivated: ({ userId }) =>
    telling(phrase`deactivated ${{ whose: userId }} account`, [flag('is_active', false)]),
  UserReactivated: ({ userId }) =>
    telling(phrase`reactivated ${{ whose: userId }} account`, [flag('is_active', true)]),
  UserDeleted: ({ userId, reassignServicesTo: heir }) => {
    const bequest = heir === null ? [] : phrase` and gave their services to ${{ person: heir }}`;
    return telling(phrase`deleted ${{ whose: userId }} account${bequest}`, [flag('deleted', true)]);
  },
  UserEmailForfeited: ({ userId }) =>
    plainly(
      phrase`gave away an e-mail address that ${{ person: userId }} had asked for and not come to bear`,
    ),
};

function known(state: UserState): User | undefined {
  return state.status === 'registered' ? state : undefined;
}

function personal(field: string, old: string | null, now: string | null): Change {
  return { field, old, new: now, isPersonal: true };
}

function flag(field: string, now: boolean): Change {
  return { field, old: !now, new: now };
}
