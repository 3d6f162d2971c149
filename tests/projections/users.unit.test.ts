import { describe, expect, it } from '@jest/globals';
import { type UserEvent } from '../../src/domain/users/events.js';
import { UserView } from '../../src/http/resources/views.js';
import { type UserRow, users } from '../../src/projections/users.js';
import { examples, ids } from './support/examples.js';
import { completed, history, rowAfter, rowOf, timeOf } from './support/history.js';

const {
  UserRegistered: registered,
  UserDeleted: deleted,
  UserEmailForfeited: forfeited,
} = examples;
const { userId, credentialId, heirId } = ids;

type Change = Exclude<UserEvent['type'], 'UserRegistered' | 'UserDeleted' | 'UserEmailForfeited'>;
const changes: { readonly [Type in Change]: Partial<UserRow> } = {
  UserEmailChanged: { email: 'countess@example.org' },
  UserRenamed: { full_name: null },
  UserPasswordChanged: { credential_id: heirId },
  UserRoleAssigned: { role: 'operator' },
  SuperuserGranted: { is_superuser: true },
  SuperuserRevoked: { is_superuser: false },
  UserDeactivated: { is_active: false },
  UserReactivated: { is_active: true },
};
const later = Object.values(examples).filter(({ type }) => type in changes);

describe('The row of a user', () => {
  it('given a registration, then they are active, and no superuser', () => {
    const recorded = history([registered]);

    expect(rowAfter(users, recorded)).toEqual({
      id: userId,
      email: 'ada@example.org',
      full_name: 'Ada',
      role: 'auditor',
      is_active: true,
      is_superuser: false,
      credential_id: credentialId,
      revision: 0,
      created_by_command: recorded[0]?.metadata.commandId,
      created_at: timeOf(0),
      updated_at: null,
    });
  });

  it.each(later)('given a registration, when $type, then that alone is different', (event) => {
    const recorded = history([registered], [event]);

    const [before, after] = [rowAfter(users, recorded.slice(0, 1)), rowAfter(users, recorded)];

    const change = Object.entries(changes).find(([type]) => type === event.type)?.[1];
    expect(change).toBeDefined();
    expect(after).toEqual({ ...before, ...change, revision: 1, updated_at: timeOf(1) });
  });

  it('given the command that registered them sets them up, then they were not updated', () => {
    const { SuperuserGranted, UserDeactivated } = examples;

    expect(rowOf(users, [registered, SuperuserGranted, UserDeactivated])).toMatchObject({
      is_superuser: true,
      is_active: false,
      revision: 2,
      updated_at: null,
    });
  });

  it('given they lost a claim to an address, then nobody can see that but in the revision', () => {
    expect(rowOf(users, [registered], [forfeited])).toMatchObject({
      email: 'ada@example.org',
      revision: 1,
      updated_at: null,
    });
  });

  it('given a deletion, then the row ends, whatever comes after', () => {
    expect(rowAfter(users, history([registered], [deleted]))).toBeNull();
    for (const late of [...later, forfeited])
      expect(rowAfter(users, history([registered], [deleted], [late]))).toBeUndefined();
  });
});

describe('The view of a user', () => {
  it.each(later)('given $type, when permissions are put in, then it is as promised', (event) => {
    const row = rowOf(users, [registered], [event]);

    const view = UserView.parse(completed(users, row, { permissions: ['tags:read'] }));

    const { email, full_name, role, is_active, is_superuser, updated_at } = row;
    expect(view).toMatchObject({ email, full_name, role, is_active, is_superuser, updated_at });
  });

  it('given whatever, then it does not tell which password counts', () => {
    expect(users.openView(rowOf(users, [registered]))).not.toContain(credentialId);
  });
});
