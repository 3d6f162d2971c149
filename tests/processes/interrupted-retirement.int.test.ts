import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { serviceStream, tagStream } from '../../src/event-store/stream-id.js';
import { eventually } from '../event-store/support/waiting.js';
import { allSecrets, Household, noSecrets } from './support/household.js';
import { Mortality } from './support/mortality.js';

let house: Household;
beforeAll(async () => {
  house = await Household.open();
});
afterEach(() => house.stopRetiring());
afterAll(() => house.close());

describe('A process that is killed', () => {
  // Two questions, two tags, two services, and the secrets; one more, and it is not killed.
  it.each([0, 1, 2, 3, 4, 5, 6])(
    'given it had done %i steps, when it starts again, then it finishes and repeats nothing',
    async (steps) => {
      const [user, heir] = [await house.user(), await house.user()];
      const tags = [await house.tag(user), await house.tag(user)];
      const services = [await house.service(user), await house.service(user)];
      await house.settled(house.retire());
      await house.stopRetiring();
      await house.delete(user, heir);
      const mortality = new Mortality(steps);
      house.killed(mortality.parts(house));
      await mortality.died;

      await house.settled(house.retire());

      for (const tag of tags)
        expect(await house.history(tagStream(tag))).toEqual(['TagCreated', 'TagDeleted']);
      for (const service of services)
        expect(await house.history(serviceStream(service))).toEqual([
          'ServiceRegistered',
          'ServiceTransferred',
        ]);
      expect(await house.secretsOf(user)).toEqual(noSecrets);
      expect(await house.secretsOf(heir)).toEqual(allSecrets);
    },
  );

  it('given it remembers nothing, when it starts anew, then what is done stays as it is', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    const service = await house.service(user);
    await house.delete(user, heir);
    await house.settled(house.retire());
    await house.stopRetiring();
    await house.forgetCheckpoints();

    await house.settled(house.retire());

    expect(await house.history(serviceStream(service))).toEqual([
      'ServiceRegistered',
      'ServiceTransferred',
    ]);
    expect(await house.secretsOf(heir)).toEqual(allSecrets);
  });
});

describe('A process that does not know yet how things are', () => {
  /** Parts that are behind until they are told to look. */
  function behind(): { parts: Parameters<Household['retire']>[0]; catchUp: () => void } {
    let isBehind = true;
    const { directory, possessions, waitFor } = house.parts();
    const nothing = (): Promise<string[]> => Promise.resolve([]);
    return {
      parts: {
        waitFor: (...args) => (isBehind ? Promise.resolve(false) : waitFor(...args)),
        directory: {
          byId: (id) => (isBehind ? undefined : directory.byId(id)),
          byEmail: (email) => (isBehind ? undefined : directory.byEmail(email)),
          isRoleInUse: (role) => directory.isRoleInUse(role),
          catchUp: () => directory.catchUp(),
        },
        possessions: {
          webhooksOf: (id) => (isBehind ? nothing() : possessions.webhooksOf(id)),
          tagsOf: (id) => (isBehind ? nothing() : possessions.tagsOf(id)),
          servicesOf: (id) => (isBehind ? nothing() : possessions.servicesOf(id)),
        },
      },
      catchUp: () => (isBehind = false),
    };
  }

  async function untilItComplains(): Promise<void> {
    const before = house.errors.length;
    await eventually('it says so', () => house.errors.length > before);
  }

  it('given somebody it has not heard of, when they make something, then all stays', async () => {
    await house.settled(house.retire());
    await house.stopRetiring();
    const user = await house.user();
    const tag = await house.tag(user);

    await house.settled(house.retire(behind().parts));

    expect(await house.history(tagStream(tag))).toEqual(['TagCreated']);
    expect(await house.secretsOf(user)).toEqual(allSecrets);
  });

  it('given a deletion, when it does not know of their things, then it waits for that', async () => {
    const user = await house.user();
    const tag = await house.tag(user);
    await house.settled(house.retire());
    await house.stopRetiring();
    const { parts, catchUp } = behind();
    await house.delete(user);

    const retiring = house.retire(parts);
    await untilItComplains();
    expect(await house.secretsOf(user)).toEqual(allSecrets);
    catchUp();
    await house.settled(retiring);

    expect(await house.history(tagStream(tag))).toEqual(['TagCreated', 'TagDeleted']);
    expect(await house.secretsOf(user)).toEqual(noSecrets);
  });

  it('given an heir who is gone, when it learns of that, then somebody else gets it all', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    const service = await house.service(user);
    const { directory } = house.parts();
    const heirAsWas = directory.byId(heir);
    await house.delete(user, heir, house.actor(house.adminId));
    await house.delete(heir);
    let asked = 0;
    const byId: typeof directory.byId = (id) => {
      if (id !== heir) return directory.byId(id);
      asked += 1;
      return asked === 1 ? heirAsWas : directory.byId(id);
    };

    const isRoleInUse = (role: string): boolean => directory.isRoleInUse(role);
    const byEmail: typeof directory.byEmail = (email) => directory.byEmail(email);
    const catchUp = (): Promise<void> => directory.catchUp();
    await house.settled(house.retire({ directory: { byId, byEmail, isRoleInUse, catchUp } }));

    expect(asked).toBeGreaterThan(1);
    expect(await house.ownerOf(service)).toBe(house.adminId);
  });
});
