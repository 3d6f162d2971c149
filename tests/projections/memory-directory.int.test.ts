import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DirectoryIsBehind } from '../../src/domain/access/user-directory.js';
import { type DomainEvent } from '../../src/domain/events.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { MemoryDirectory } from '../../src/projections/memory-directory.js';
import { openPostgresEventStore, PostgresLog } from '../event-store/support/postgres.js';
import { InMemoryPersonKeys } from '../event-store/support/in-memory-person-keys.js';
import { eventually } from '../event-store/support/waiting.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { examples } from './support/examples.js';
import { append, insertRaw } from './support/happenings.js';

let log: PostgresLog;
let store: EventStore;
let proxy: TcpProxy;
let directory: MemoryDirectory;
let closeStore: () => Promise<void>;
/** How far the directory's clock is ahead of the real one. */
let ahead = 0;
const logged: string[] = [];

const end = { position: 0n };
const userId = randomUUID();
const email = `${userId}@example.org`;
const role = 'keeper';

beforeEach(async () => {
  log = await PostgresLog.create();
  proxy = await TcpProxy.start(log.url);
  const keys = new InMemoryPersonKeys();
  const opened = openPostgresEventStore(proxy.url, keys);
  store = opened.store;
  closeStore = opened.close;
  ahead = 0;
  logged.length = 0;
  directory = new MemoryDirectory(
    store,
    { info: () => undefined, error: (_, message) => void logged.push(message) },
    () => performance.now() + ahead,
  );
  await happens({
    type: 'RoleDefined',
    data: { role, permissions: ['tags:read'], builtIn: false },
  });
  await happens({
    type: 'UserRegistered',
    data: { ...examples.UserRegistered.data, userId, email, role },
  });
  await directory.start();
});
afterEach(async () => {
  await proxy.restore();
  await directory.stop();
  await closeStore();
  await proxy.stop();
  await log.close();
});

/** Appends, and waits until the directory has it. */
async function happens(...events: readonly DomainEvent[]): Promise<void> {
  const isAboutRole = events.some(({ type }) => type.startsWith('Role'));
  await append(store, end, isAboutRole ? `role-${role}` : `user-${userId}`, ...events);
}

async function happenedThere(...events: readonly DomainEvent[]): Promise<void> {
  await happens(...events);
  expect(await directory.gate.waitFor(end.position, 5_000)).toBe(true);
}

function permissionsOf(id: string): string[] {
  return [...(directory.byId(id)?.actor.permissions ?? [])];
}

describe('The memory directory', () => {
  it('given users and roles in the log, when it has started, then it knows them', () => {
    expect(directory.byId(userId)).toEqual({
      id: userId,
      email,
      isActive: true,
      credentialId: examples.UserRegistered.data.credentialId,
      actor: {
        kind: 'user',
        id: userId,
        isSuperuser: false,
        permissions: new Set(['tags:read']),
      },
    });
    expect(directory.byEmail(email.toUpperCase())?.id).toBe(userId);
    expect(directory.byId(randomUUID())).toBeUndefined();
    expect(directory.byEmail('nobody@example.org')).toBeUndefined();
  });

  it('given a role changes, then so does what its users may do, at once', async () => {
    await happenedThere({
      type: 'RolePermissionsGranted',
      data: { role, permissions: ['tags:create'] },
    });
    expect(permissionsOf(userId)).toEqual(['tags:create', 'tags:read']);

    await happenedThere({
      type: 'RolePermissionsRevoked',
      data: { role, permissions: ['tags:read'] },
    });
    expect(permissionsOf(userId)).toEqual(['tags:create']);

    await happenedThere({ type: 'RoleRemoved', data: { role } });
    expect(permissionsOf(userId)).toEqual([]);
  });

  it('given somebody gets another role, then they may do what that allows', async () => {
    expect(directory.isRoleInUse(role)).toBe(true);

    await happenedThere({ type: 'UserRoleAssigned', data: { userId, role: 'nothing' } });

    expect(permissionsOf(userId)).toEqual([]);
    expect(directory.isRoleInUse(role)).toBe(false);
    expect(directory.isRoleInUse('nothing')).toBe(true);
  });

  it('given somebody is changed, then all of that is known', async () => {
    const credentialId = randomUUID();
    await happenedThere(
      { type: 'SuperuserGranted', data: { userId } },
      { type: 'UserDeactivated', data: { userId } },
      { type: 'UserPasswordChanged', data: { userId, credentialId } },
    );

    expect(directory.byId(userId)).toMatchObject({
      isActive: false,
      credentialId,
      actor: { isSuperuser: true },
    });
  });

  it('given another e-mail address, then they are found by that one only', async () => {
    await happenedThere({
      type: 'UserEmailChanged',
      data: { userId, email: 'elsewhere@example.org' },
    });

    expect(directory.byEmail('elsewhere@example.org')?.id).toBe(userId);
    expect(directory.byEmail(email)).toBeUndefined();
  });

  it('given somebody takes over an address, when its first owner moved on, then it is theirs', async () => {
    const newcomer = randomUUID();
    await happenedThere({ type: 'UserEmailChanged', data: { userId, email: 'new@example.org' } });
    await happenedThere({
      type: 'UserRegistered',
      data: { ...examples.UserRegistered.data, userId: newcomer, email },
    });
    await happenedThere({ type: 'UserDeleted', data: { userId, reassignServicesTo: null } });

    expect(directory.byEmail(email)?.id).toBe(newcomer);
    expect(directory.byEmail('new@example.org')).toBeUndefined();
    expect(directory.byId(userId)).toBeUndefined();
  });
});

describe('A memory directory that cannot follow the log', () => {
  it('given the server does not answer, when seconds pass, then it knows nobody any more', async () => {
    await proxy.refuse();
    expect(directory.byId(userId)).toBeDefined();

    ahead += 5_001;

    expect(directory.isCurrent).toBe(false);
    for (const ask of [
      () => directory.byId(userId),
      () => directory.byEmail(email),
      () => directory.isRoleInUse(role),
    ])
      expect(ask).toThrow(DirectoryIsBehind);
  });

  it('given the server is back, then so is the directory, with what happened meanwhile', async () => {
    await proxy.refuse();
    ahead += 5_001;
    const direct = log.open();
    await append(direct, end, `role-${role}`, {
      type: 'RolePermissionsGranted',
      data: { role, permissions: ['users:read'] },
    });
    await eventually('it says so', () => logged.length > 0);

    await proxy.restore();

    await eventually('it is current', () => directory.isCurrent);
    expect(permissionsOf(userId)).toEqual(['tags:read', 'users:read']);
  });

  it('given nothing happens for long, then it stays current, because the log says so', async () => {
    ahead += 4_900;
    expect(directory.isCurrent).toBe(true);

    await eventually('it has heard from the log again', () => {
      ahead += 4_900;
      const hasHeard = directory.isCurrent;
      ahead -= 4_900;
      return hasHeard;
    });
  });

  it('given an event about a user that it cannot read, then it knows nobody any more', async () => {
    await insertRaw(log, {
      stream: `user-${userId}`,
      type: 'UserDeactivated',
      version: 99,
      data: { userId, until: 'tomorrow' },
    });
    await eventually('it says so', () => logged.length > 0);

    ahead += 5_001;

    expect(() => directory.byId(userId)).toThrow(DirectoryIsBehind);
  });
});
