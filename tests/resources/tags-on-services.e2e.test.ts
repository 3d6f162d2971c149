import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView, TagView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { expectCommandHeaders, expectInvalid, expectProblem, read } from './support/answers.js';
import { makeService, makeTag, nobody, type Service, type Tag } from './support/making.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const send = (
  method: string,
  service: Pick<Service, 'id'>,
  tag: Pick<Tag, 'id'>,
  as = member,
): Promise<Answer> => app.call(method, `/services/${service.id}/tags/${tag.id}`, { as });

const current = async ({ id }: Service): Promise<Service> =>
  read(await app.call('GET', `/services/${id}`, { as: app.admin }), 200, ServiceView);

const serviceCount = async ({ id }: Tag): Promise<number> =>
  read(await app.call('GET', `/tags/${id}`, { as: app.admin }), 200, TagView).service_count;

describe('Tagging a service', () => {
  it('shows the tag on the service, and counts the service with the tag', async () => {
    const service = await makeService(app, member);
    const tag = await makeTag(app, member);

    const answer = await send('PUT', service, tag);

    expect(read(answer, 200, ServiceView)).toEqual({
      ...service,
      tags: [{ id: tag.id, name: tag.name, color: tag.color }],
      version: 1,
      updated_at: expect.any(String),
    });
    expectCommandHeaders(answer, 1);
    expect(await serviceCount(tag)).toBe(1);
  });

  it('changes nothing when done twice, and so does taking a tag off', async () => {
    const service = await makeService(app, member);
    const tag = await makeTag(app, member);

    for (const [method, version, tags] of [
      ['PUT', 1, 1],
      ['PUT', 1, 1],
      ['DELETE', 2, 0],
      ['DELETE', 2, 0],
    ] as const) {
      const answer = await send(method, service, tag);
      expect(read(answer, 200, ServiceView)).toMatchObject({ version });
      expect((await current(service)).tags).toHaveLength(tags);
    }
    expect(await serviceCount(tag)).toBe(0);
  });

  it('needs both of them', async () => {
    const service = await makeService(app, member);
    const tag = await makeTag(app, member);

    expectProblem(await send('PUT', service, { id: nobody }), 404, 'Tag not found');
    expectProblem(await send('PUT', { id: nobody }, tag), 404, 'Service not found');
    expectProblem(await send('DELETE', { id: nobody }, tag), 404, 'Service not found');
  });

  it('needs a tag one may see, and taking it off does not', async () => {
    const service = await makeService(app, member);
    const foreign = await makeTag(app, await app.person());

    expectProblem(await send('PUT', service, foreign), 403, 'Not authorized');
    expect((await send('PUT', service, foreign, app.admin)).status).toBe(200);
    expect(read(await send('DELETE', service, foreign), 200, ServiceView).tags).toEqual([]);
  });

  it('takes a list as the whole of it', async () => {
    const [a, b, c] = [
      await makeTag(app, member),
      await makeTag(app, member),
      await makeTag(app, member),
    ];
    const service = await makeService(app, member, { tags: [a.id, b.id] });
    const patch = (tags: unknown): Promise<Answer> =>
      app.call('PATCH', `/services/${service.id}`, { as: member, body: { tags } });

    const swapped = read(await patch([b.id, c.id]), 200, ServiceView);
    expect(swapped.tags.map(({ id }) => id).sort()).toEqual([b.id, c.id].sort());
    expect(read(await patch([c.id, b.id]), 200, ServiceView)).toEqual(swapped);
    expect(read(await patch([]), 200, ServiceView).tags).toEqual([]);
    expectInvalid(await patch([a.id, nobody]), 'tags.1');
    expectInvalid(await patch(a.id), 'tags');
  });

  it('lets the owner keep a tag they may not see, in the list they send back', async () => {
    const service = await makeService(app, member);
    const foreign = await makeTag(app, await app.person());
    const own = await makeTag(app, member);
    await send('PUT', service, foreign, app.admin);

    const body = { tags: [foreign.id, own.id] };
    const answer = await app.call('PATCH', `/services/${service.id}`, { as: member, body });

    expect(read(answer, 200, ServiceView).tags).toHaveLength(2);
  });

  it('stops at 50 tags', async () => {
    const tags = await Promise.all(Array.from({ length: 51 }, () => makeTag(app, member)));
    const [last, ...others] = tags;
    const service = await makeService(app, member, { tags: others.map(({ id }) => id) });

    expectInvalid(await send('PUT', service, last ?? { id: nobody }), 'tags');
    const body = {
      name: 'X',
      url: 'https://a.example',
      type: 'http',
      tags: tags.map(({ id }) => id),
    };
    expectInvalid(await app.call('POST', '/services', { as: member, body }), 'tags');
    for (const tag of others.slice(0, 2))
      await app.call('DELETE', `/tags/${tag.id}`, { as: member });
    expect((await send('PUT', service, last ?? { id: nobody })).status).toBe(200);
  });
});

describe('A tag on services', () => {
  it('is shown there as it is called now', async () => {
    const tag = await makeTag(app, member);
    const services = [
      await makeService(app, member, { tags: [tag.id] }),
      await makeService(app, member, { tags: [tag.id] }),
    ];

    const body = { name: 'Renamed', color: '#010203' };
    await app.call('PATCH', `/tags/${tag.id}`, { as: member, body });

    for (const service of services)
      expect(await current(service)).toEqual({ ...service, tags: [{ id: tag.id, ...body }] });
  });

  it('leaves them when it is deleted', async () => {
    const tag = await makeTag(app, member);
    const kept = await makeTag(app, member);
    const service = await makeService(app, member, { tags: [tag.id, kept.id] });

    await app.call('DELETE', `/tags/${tag.id}`, { as: member });

    expect((await current(service)).tags.map(({ id }) => id)).toEqual([kept.id]);
    const list = await app.call('GET', `/services?tag=${tag.id}`, { as: member });
    expect(list.body).toEqual({ data: [], count: 0 });
    expect(read(await send('DELETE', service, tag), 200, ServiceView).tags).toHaveLength(1);
    const newer = { name: 'Still alive' };
    const patched = await app.call('PATCH', `/services/${service.id}`, { as: member, body: newer });
    expect(read(patched, 200, ServiceView)).toMatchObject(newer);
  });

  it('is listed by name', async () => {
    const tags = [];
    for (const name of ['c of three', 'A of three', 'b of three'])
      tags.push(await makeTag(app, member, { name }));
    const service = await makeService(app, member, { tags: tags.map(({ id }) => id) });

    expect(service.tags.map(({ name }) => name[0])).toEqual(['A', 'b', 'c']);
  });

  it('does not count services that are deleted, until they are restored', async () => {
    const tag = await makeTag(app, member);
    const { id } = await makeService(app, member, { tags: [tag.id] });

    await app.call('DELETE', `/services/${id}`, { as: member });
    expect(await serviceCount(tag)).toBe(0);
    await app.call('POST', `/services/${id}/restore`, { as: member });
    expect(await serviceCount(tag)).toBe(1);
  });
});
