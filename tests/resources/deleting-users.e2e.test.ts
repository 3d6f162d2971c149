import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
} from './support/answers.js';
import { Ledger } from './support/log.js';
import { makeService, makeTag, nobody, type Service } from './support/making.js';

let app: TestApp;
let ledger: Ledger;

beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

const remove = ({ id }: Person, query = ''): Promise<Answer> =>
  app.call('DELETE', `/users/${id}${query}`, { as: app.admin });
const get = (path: string): Promise<Answer> => app.call('GET', path, { as: app.admin });
const serviceNow = async ({ id }: Service): Promise<Service> =>
  read(await get(`/services/${id}`), 200, ServiceView);

describe('Deleting a user who owns nothing', () => {
  it('ends them and their sessions, and frees the e-mail address', async () => {
    const person = await app.person();

    const answer = await remove(person);

    expect(read(answer, 200, Message)).toEqual({ message: 'User deleted successfully' });
    expectCommandHeaders(answer, 1);
    expectProblem(await get(`/users/${person.id}`), 404, 'User not found');
    expectProblem(await remove(person), 404, 'User not found');
    expectProblem(await app.call('GET', '/users/me', { as: person }), 401, 'User not found');
    const body = { email: person.email, password: 'somebody else' };
    expect((await app.call('POST', '/users', { as: app.admin, body })).status).toBe(201);
  });

  it('needs no heir, and yet one who exists when one is named', async () => {
    const [person, heir] = [await app.person(), await app.person()];

    expectInvalid(await remove(person, `?reassign_to=${nobody}`), 'reassign_to');
    expectInvalid(await remove(person, '?reassign_to=x'), 'reassign_to');
    expectInvalid(await remove(person, '?heir=x'), 'heir');
    expect((await remove(person, `?reassign_to=${heir.id}`)).status).toBe(200);
  });
});

describe('Deleting a user who has made things', () => {
  it('is refused while nobody is named to get their services', async () => {
    const person = await app.person();
    const service = await makeService(app, person);

    const answer = await remove(person);

    expect(answer.status).toBe(409);
    expect(str(answer.body['detail'])).toContain('reassign_to');
    expect((await app.call('GET', `/services/${service.id}`, { as: person })).status).toBe(200);
    expectInvalid(await remove(person, `?reassign_to=${person.id}`), 'reassign_to');
  });

  it('gives their services to the heir, and ends their tags, before it answers', async () => {
    const [person, heir] = [await app.person(), await app.person()];
    const tags = [await makeTag(app, person), await makeTag(app, person)];
    const kept = await makeTag(app, app.admin);
    const services = await Promise.all(
      Array.from({ length: 5 }, () => makeService(app, person, { tags: tags.map(({ id }) => id) })),
    );
    const others = await makeService(app, app.admin, {
      tags: [...tags.map(({ id }) => id), kept.id],
    });

    expect((await remove(person, `?reassign_to=${heir.id}`)).status).toBe(200);

    for (const service of services)
      expect(await serviceNow(service)).toMatchObject({ user_id: heir.id, tags: [] });
    expect((await serviceNow(others)).tags.map(({ id }) => id)).toEqual([kept.id]);
    for (const tag of tags) {
      expectProblem(await get(`/tags/${tag.id}`), 404, 'Tag not found');
      await makeTag(app, heir, { name: tag.name });
    }
    const list = await app.call('GET', '/services', { as: heir });
    expect(list.body['count']).toBe(5);
  });

  it('does not mind services they had deleted', async () => {
    const person = await app.person();
    const { id } = await makeService(app, person);
    await app.call('DELETE', `/services/${id}`, { as: person });

    expect((await remove(person)).status).toBe(200);
  });

  it('lets nobody’s service come back as nobody’s', async () => {
    const person = await app.person();
    const service = await makeService(app, person);
    await app.call('DELETE', `/services/${service.id}`, { as: person });
    await remove(person);

    const restored = await app.call('POST', `/services/${service.id}/restore`, { as: app.admin });

    expect(restored.status).toBe(200);
    await ledger.until(async () => (await serviceNow(service)).user_id === app.admin.id);
  });

  it('answers a repetition under the same key as the first time', async () => {
    const [person, heir] = [await app.person(), await app.person()];
    await makeService(app, person);
    const again = (): Promise<Answer> =>
      app.call('DELETE', `/users/${person.id}?reassign_to=${heir.id}`, {
        as: app.admin,
        headers: { 'Idempotency-Key': `delete-${person.id}` },
      });

    const [first, second] = [await again(), await again()];

    expect([first.status, second.status]).toEqual([200, 200]);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
  });
});

describe('What is left of a deleted user', () => {
  it('is no key to their personal data, no password and no session', async () => {
    const person = await app.person();
    expect(await ledger.secretsOf('person_keys', person.id)).toBe(1);
    expect(await ledger.secretsOf('credentials', person.id)).toBe(1);
    expect(await ledger.secretsOf('refresh_tokens', person.id)).toBeGreaterThan(0);

    await remove(person);

    for (const table of ['person_keys', 'credentials', 'refresh_tokens'] as const)
      expect([table, await ledger.secretsOf(table, person.id)]).toEqual([table, 0]);
  });

  it('is what they did, told by their id', async () => {
    const person = await app.person();
    const { id } = await makeService(app, person);
    await remove(person, `?reassign_to=${app.admin.id}`);

    const [registered, transferred] = await ledger.stream(`service-${id}`);
    const [deleted] = (await ledger.stream(`user-${person.id}`)).slice(-1);

    expect(registered?.metadata.actor).toEqual({ kind: 'user', id: person.id });
    expect(deleted).toMatchObject({
      type: 'UserDeleted',
      data: { userId: person.id, reassignServicesTo: app.admin.id },
      metadata: { actor: { kind: 'user', id: app.admin.id } },
    });
    expect(transferred).toMatchObject({
      type: 'ServiceTransferred',
      metadata: {
        actor: { kind: 'process', id: 'retire-users' },
        correlationId: deleted?.metadata.correlationId,
        causationId: deleted?.id,
      },
    });
  });
});
