import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceView } from '../../src/http/resources/views.js';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { expectInvalid, expectProblem, readPage } from './support/answers.js';
import { makeService, makeTag, nobody, type Service, type Tag } from './support/making.js';
import { expectSorted, gather } from './support/paging.js';

let app: TestApp;
let member: Person;
let other: Person;
let red: Tag;
let blue: Tag;
let foreign: Service;

/** Names and times are chosen so that every field has ties. */
beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
  other = await app.person();
  red = await makeTag(app, member, { name: 'red' });
  blue = await makeTag(app, member, { name: 'blue' });
  const make = (fields: object): Promise<Service> => makeService(app, member, fields);
  const shop = await make({ name: 'shop', tags: [red.id, blue.id] });
  await make({ name: 'mail', type: 'tcp', url: 'mail.example.org:25', tags: [red.id] });
  await make({ name: 'Mail', type: 'tcp', url: 'mail.example.org:465' });
  const names = await make({
    name: 'Names',
    type: 'dns',
    url: 'dns://example.org',
    tags: [blue.id],
  });
  await make({ name: 'a_b 100% \\', type: 'icmp', url: 'icmp://192.0.2.1' });
  const gone = await make({ name: 'gone', tags: [red.id, blue.id] });
  foreign = await makeService(app, other, { name: 'foreign shop' });
  await app.call('POST', `/services/${names.id}/pause`, { as: member });
  await app.call('PATCH', `/services/${shop.id}`, { as: member, body: { timeout_ms: 999 } });
  await app.call('DELETE', `/services/${gone.id}`, { as: member });
});
afterAll(() => app.stop());

const list = (query: string, as: Pick<Person, 'token'> = member): Promise<Answer> =>
  app.call('GET', `/services${query}`, { as });

const found = async (query: string, as?: Person): Promise<string[]> => {
  const { data, count } = readPage(await list(query, as), ServiceView);
  expect(data).toHaveLength(count);
  return data.map(({ name }) => name).sort();
};

describe('Listing services', () => {
  it('shows your own ones, the newest first, and none that are deleted', async () => {
    const { data, count } = readPage(await list(''), ServiceView);

    expect(data.map(({ name }) => name)).toEqual(['a_b 100% \\', 'Names', 'Mail', 'mail', 'shop']);
    expect(count).toBe(5);
  });

  it('shows everyone’s to whoever may read them', async () => {
    for (const role of ['viewer', 'operator', 'admin'])
      expect(await found('?q=shop', await app.person(role))).toEqual(['foreign shop', 'shop']);
  });

  it('shows a new user nothing', async () => {
    expect((await list('', await app.person())).body).toEqual({ data: [], count: 0 });
  });

  it('filters by type', async () => {
    expect(await found('?type=tcp')).toEqual(['Mail', 'mail']);
    expect(await found('?type=icmp')).toEqual(['a_b 100% \\']);
  });

  it('filters by status', async () => {
    expect(await found('?status=unknown')).toHaveLength(5);
    for (const status of ['healthy', 'degraded', 'unhealthy'])
      expect(await found(`?status=${status}`)).toEqual([]);
  });

  it('filters by whether they are paused', async () => {
    expect(await found('?paused=true')).toEqual(['Names']);
    expect(await found('?paused=false')).toHaveLength(4);
  });

  it('filters by tags, all of them', async () => {
    expect(await found(`?tag=${red.id}`)).toEqual(['mail', 'shop']);
    expect(await found(`?tag=${red.id}&tag=${blue.id}`)).toEqual(['shop']);
    expect(await found(`?tag=${red.id}&tag=${red.id}`)).toEqual(['mail', 'shop']);
    expect(await found(`?tag=${nobody}`)).toEqual([]);
    expect(await found(`?tag=${red.id}&tag=${nobody}`)).toEqual([]);
  });

  it('filters by owner, within what one may see', async () => {
    expect(await found(`?user_id=${member.id}`)).toHaveLength(5);
    expect(await found(`?user_id=${other.id}`)).toEqual([]);
    expect(await found(`?user_id=${other.id}`, app.admin)).toEqual([foreign.name]);
  });

  it('searches names and addresses, in any case, taking every character as it is', async () => {
    expect(await found('?q=MAIL')).toEqual(['Mail', 'mail']);
    expect(await found('?q=.org:465')).toEqual(['Mail']);
    expect(await found('?q=a_b')).toEqual(['a_b 100% \\']);
    expect(await found('?q=a%25b')).toEqual([]);
    expect(await found('?q=100%25')).toEqual(['a_b 100% \\']);
    expect(await found('?q=%5C')).toEqual(['a_b 100% \\']);
    expect(await found('?q=%27%3B--')).toEqual([]);
  });

  it('takes filters together', async () => {
    expect(await found(`?type=tcp&tag=${red.id}&q=mail&paused=false`)).toEqual(['mail']);
    expect(await found(`?type=dns&tag=${red.id}`)).toEqual([]);
  });

  it.each([
    ['name', ({ name }: Service) => name.toLowerCase()],
    ['type', ({ type }: Service) => type],
    ['status', ({ status }: Service) => status],
    ['created_at', ({ created_at }: Service) => created_at],
    ['updated_at', ({ updated_at }: Service) => updated_at],
  ])('sorts by %s in both directions, in pages that never overlap', async (field, valueOf) => {
    const get = (path: string): Promise<Answer> => app.call('GET', path, { as: app.admin });

    await expectSorted(get, ['/services', field], ServiceView, ({ id }) => id, valueOf);
  });

  it('counts all that match, whatever part of them is shown', async () => {
    const page = async (query: string): Promise<[number, number]> => {
      const { data, count } = readPage(await list(query), ServiceView);
      return [data.length, count];
    };

    expect(await page('?limit=2')).toEqual([2, 5]);
    expect(await page('?skip=4&limit=2')).toEqual([1, 5]);
    expect(await page('?skip=5')).toEqual([0, 5]);
    expect(await page('?type=tcp&limit=1')).toEqual([1, 2]);
    expect(await page('?limit=1000&skip=0')).toEqual([5, 5]);
  });

  it('shows 100 when nobody says how many', async () => {
    const busy = await app.person();
    await Promise.all(Array.from({ length: 103 }, () => makeService(app, busy)));
    const get = (path: string): Promise<Answer> => app.call('GET', path, { as: busy });

    const { data, count } = readPage(await get('/services'), ServiceView);

    expect([data.length, count]).toEqual([100, 103]);
    const all = await gather(get, '/services', ServiceView, 25);
    expect(new Set(all.map(({ id }) => id)).size).toBe(103);
  });

  it.each([
    ['?skip=-1', 'skip'],
    ['?skip=x', 'skip'],
    ['?skip=1.5', 'skip'],
    ['?skip=', 'skip'],
    ['?limit=0', 'limit'],
    ['?limit=1001', 'limit'],
    ['?limit=1&limit=2', 'limit'],
    ['?sort=colour', 'sort'],
    ['?sort=--name', 'sort'],
    ['?sort=name&sort=type', 'sort'],
    ['?status=fine', 'status'],
    ['?type=ftp', 'type'],
    ['?tag=x', 'tag'],
    ['?user_id=x', 'user_id'],
    ['?paused=yes', 'paused'],
    ['?q=', 'q'],
    ['?colour=red', 'colour'],
  ])('refuses %s', async (query, path) => {
    expectInvalid(await list(query), path);
  });

  it('refuses whoever may read none', async () => {
    const body = { permissions: [] };
    await app.call('PUT', '/roles/nothing', { as: app.admin, body });

    expectProblem(await list('', await app.person('nothing')), 403, 'Insufficient permissions');
  });
});
