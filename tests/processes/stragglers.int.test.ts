import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { restoreService } from '../../src/commands/services/restore-service.js';
import { deleteService } from '../../src/commands/services/service-actions.js';
import { serviceStream, tagStream } from '../../src/event-store/stream-id.js';
import { Household } from './support/household.js';

let house: Household;
beforeAll(async () => {
  house = await Household.open();
});
afterEach(() => house.stopRetiring());
afterAll(() => house.close());

describe('What comes after its owner was deleted', () => {
  it('given a tag, then it ends', async () => {
    const user = await house.user();
    const retiring = house.retire();
    await house.delete(user);
    await house.settled(retiring);

    const tag = await house.tag(user);
    await house.settled(retiring);

    expect(await house.history(tagStream(tag))).toEqual(['TagCreated', 'TagDeleted']);
  });

  it('given a service, then it goes to whoever made it, or is deleted', async () => {
    const user = await house.user();
    await house.delete(user);
    const retiring = house.retire();

    const orphan = await house.service(user);
    await house.settled(retiring);
    const adopted = await house.service(user, house.actor(house.adminId));
    await house.settled(retiring);

    expect(await house.ownerOf(orphan)).toBe('deleted');
    expect(await house.ownerOf(adopted)).toBe(house.adminId);
  });

  it('given their deletion named an heir, then it is the heir who gets it', async () => {
    const [user, heir] = [await house.user(), await house.user()];
    await house.delete(user, heir);
    const retiring = house.retire();

    const service = await house.service(user);
    await house.settled(retiring);

    expect(await house.ownerOf(service)).toBe(heir);
  });

  it('given a service was handed over to them just then, then it does not stay theirs', async () => {
    const user = await house.user();
    const serviceId = await house.service(house.adminId);
    await house.delete(user);
    const retiring = house.retire();

    await house.happens(serviceStream(serviceId), {
      type: 'ServiceTransferred',
      data: { serviceId, ownerId: user },
    });
    await house.settled(retiring);

    expect(await house.ownerOf(serviceId)).toBe('deleted');
  });

  it('given a service of theirs comes back, then to whoever brought it back', async () => {
    const user = await house.user();
    const serviceId = await house.service(user);
    await house.send(deleteService, { serviceId });
    await house.delete(user);
    const retiring = house.retire();

    await house.send(restoreService, { serviceId }, house.actor(house.adminId));
    await house.settled(retiring);

    expect(await house.ownerOf(serviceId)).toBe(house.adminId);
  });
});
