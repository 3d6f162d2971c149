import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Credentials } from '../../src/accounts/credentials.js';
import { changeOwnPassword } from '../../src/commands/users/user-commands.js';
import { serviceStream, tagStream } from '../../src/event-store/stream-id.js';
import { RetireUsers } from '../../src/processes/retire-users.js';
import { allSecrets, Household, noSecrets } from './support/household.js';

let house: Household;
beforeAll(async () => {
  house = await Household.open();
});
afterEach(() => house.stopRetiring());
afterAll(() => house.close());

describe('When a user was deleted', () => {
  it('given tags, services and an heir, then tags end, and services go to the heir', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    const [tag, service] = [await house.tag(user), await house.service(user)];
    const [othersTag, othersService] = [await house.tag(heir), await house.service(heir)];
    await house.delete(user, heir);

    await house.settled(house.retire());

    expect(await house.history(tagStream(tag))).toEqual(['TagCreated', 'TagDeleted']);
    expect(await house.ownerOf(service)).toBe(heir);
    expect(await house.history(tagStream(othersTag))).toEqual(['TagCreated']);
    expect(await house.history(serviceStream(othersService))).toEqual(['ServiceRegistered']);
  });

  it('given no heir, then services go to whoever deleted them', async () => {
    const user = await house.user();
    const service = await house.service(user);
    await house.delete(user, null, house.actor(house.adminId));

    await house.settled(house.retire());

    expect(await house.ownerOf(service)).toBe(house.adminId);
  });

  it('given an heir who was deleted, too, then services go to whoever deleted them', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    const service = await house.service(user);
    await house.delete(user, heir, house.actor(house.adminId));
    await house.delete(heir);

    await house.settled(house.retire());

    expect(await house.ownerOf(service)).toBe(house.adminId);
  });

  it('given nobody to give them to, then services are deleted, and can be restored', async () => {
    const user = await house.user();
    const service = await house.service(user);
    await house.delete(user);

    await house.settled(house.retire());

    expect(await house.ownerOf(service)).toBe('deleted');
  });

  it('given passwords, sessions and a key, then they are forgotten; nobody else’s are', async () => {
    const [user, other] = [await house.user(), await house.user()];
    expect(await house.secretsOf(user)).toEqual(allSecrets);
    await house.delete(user);

    await house.settled(house.retire());

    expect(await house.secretsOf(user)).toEqual(noSecrets);
    expect(await house.secretsOf(other)).toEqual(allSecrets);
  });

  it('given two processes at once, then everything happens once', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    const tags = [await house.tag(user), await house.tag(user)];
    const service = await house.service(user);
    await house.delete(user, heir);

    await Promise.all([house.retire(), house.retire()].map((each) => house.settled(each)));

    for (const tag of tags)
      expect(await house.history(tagStream(tag))).toEqual(['TagCreated', 'TagDeleted']);
    expect(await house.history(serviceStream(service))).toEqual([
      'ServiceRegistered',
      'ServiceTransferred',
    ]);
  });
});

describe('When a password was changed', () => {
  it('given the one before, then it is forgotten, and the new one stays', async () => {
    const userId = await house.user();
    const credentialId = randomUUID();
    await house.container.get(Credentials).add(credentialId, userId, 'another password');
    await house.send(changeOwnPassword, { userId, credentialId }, house.actor(userId));

    await house.settled(house.retire());

    expect(await house.secretsOf(userId)).toEqual({ keys: 1, passwords: 1, sessions: 0 });
    expect(await house.container.get(Credentials).hash(credentialId)).toBeDefined();
  });
});

describe('Waiting for it', () => {
  it('given it does not get there, when the time is up, then the wait is over', async () => {
    const stopped = new RetireUsers(house.parts());
    const began = performance.now();

    await stopped.settled(house.position + 1n, 50);

    expect(performance.now() - began).toBeGreaterThanOrEqual(45);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
