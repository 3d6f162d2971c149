import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { makeService, makeTag, newName } from '../resources/support/making.js';
import { Ledger } from '../resources/support/log.js';
import { tally, together } from './support.js';

let app: TestApp;
let member: Person;

beforeAll(async () => {
  app = await startTestApp();
  member = await app.person();
});
afterAll(() => app.stop());

const stale = '412 It has changed since you read it: read it again, then decide';
const patch = (path: string, body: object, etag?: string): Promise<Answer> =>
  app.call('PATCH', path, {
    as: app.admin,
    body,
    ...(etag !== undefined && { headers: { 'If-Match': etag } }),
  });

describe('Changes by 50 who have seen the same', () => {
  it('are one change of a service', async () => {
    const { id } = await makeService(app, member);

    const answers = await together(50, (index) =>
      patch(`/services/${id}`, { name: `Name ${index}` }, '"0"'),
    );

    expect(tally(answers)).toEqual({ 200: 1, [stale]: 49 });
    const winner = answers.find(({ status }) => status === 200);
    const { body } = await app.call('GET', `/services/${id}`, { as: member });
    expect(body).toEqual(winner?.body);
    expect(body['version']).toBe(1);
  });

  it('are one change of a tag, whose new name is taken', async () => {
    const { id } = await makeTag(app, member);
    const names = Array.from({ length: 50 }, () => newName('Renamed'));

    const answers = await together(50, (index) =>
      patch(`/tags/${id}`, { name: names[index] }, '"0"'),
    );

    expect(tally(answers)).toEqual({ 200: 1, [stale]: 49 });
    const { body } = await app.call('GET', `/tags/${id}`, { as: member });
    const again = await app.call('POST', '/tags', { as: member, body: { name: body['name'] } });
    expect(again.status).toBe(400);
  });

  it('are one change of a user and one of a role', async () => {
    const { id } = await app.person();
    await app.call('PUT', '/roles/contested', { as: app.admin, body: { permissions: [] } });

    const users = await together(20, (index) =>
      patch(`/users/${id}`, { full_name: `Name ${index}` }, '"0"'),
    );
    const held = ['tags:read', 'tags:create', 'services:read', 'users:read'];
    const roles = await together(4, (index) =>
      app.call('PUT', '/roles/contested', {
        as: app.admin,
        body: { permissions: [held[index]] },
        headers: { 'If-Match': '"0"' },
      }),
    );

    expect(tally(users)).toEqual({ 200: 1, [stale]: 19 });
    expect(tally(roles)).toEqual({ 200: 1, [stale]: 3 });
  });

  it('are one deletion', async () => {
    const { id } = await makeService(app, member);

    const answers = await together(20, () => app.call('DELETE', `/services/${id}`, { as: member }));

    expect(tally(answers)).toEqual({ 200: 1, '404 Service not found': 19 });
  });
});

describe('Changes by some who do not say what they have seen', () => {
  it('all happen, one after the other', async () => {
    const { id } = await makeService(app, member);

    const answers = await together(10, (index) =>
      patch(`/services/${id}`, { failure_threshold: index + 4 }),
    );

    expect(tally(answers)).toEqual({ 200: 10 });
    const ledger = await Ledger.of(app);
    const events = await ledger.stream(`service-${id}`);
    await ledger.close();
    expect(events.map(({ revision }) => revision)).toEqual(Array.from({ length: 11 }, (_, i) => i));
    const etags = answers.map(({ headers }) => headers.get('ETag'));
    expect(new Set(etags).size).toBe(10);
  });
});
