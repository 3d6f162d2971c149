import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { eventually } from '../event-store/support/waiting.js';
import { makeTag } from '../resources/support/making.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import { isSignedWith, Receiver } from './support/receiver.js';
import {
  deliveriesOf,
  find,
  makeWatched,
  makeWebhook,
  newestDelivery,
  patienceMs,
  monitored,
} from './support/watched.js';

jest.setTimeout(60_000);

let app: TestApp;
let owner: Person;
let receiver: Receiver;
beforeAll(async () => {
  app = await startTestApp({
    ...monitored,
    ALLOW_PRIVATE_WEBHOOKS: 'true',
    PUBLIC_URL: 'https://watchbook.example.org/',
  });
  owner = await app.person();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());
afterAll(() => app.stop());

const untilReceived = (count: number): Promise<void> =>
  eventually(`${count} arrived`, () => receiver.received.length >= count, patienceMs);

describe('A change of health', () => {
  it('is told in a signed request, with all there is to know', async () => {
    const tag = await makeTag(app, owner, { name: 'shop floor' });
    const service = await makeWatched(app, owner, { name: 'Till', tags: [tag.id] });
    const webhook = await makeWebhook(app, owner, { url: receiver.url });

    await find(app, service, 'down');
    await untilReceived(1);

    const [request] = receiver.received;
    if (request === undefined) throw new Error('It has arrived');
    const delivery = await newestDelivery(app, webhook, ({ outcome }) => outcome === 'delivered');
    expect(request).toMatchObject({ method: 'POST', path: '/hook' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'watchbook-event': 'service.unhealthy',
      'watchbook-delivery': delivery.id,
      'idempotency-key': delivery.event_id,
    });
    expect(isSignedWith(webhook.secret, request)).toBe(true);
    expect(isSignedWith('another secret', request)).toBe(false);
    const age = Date.now() / 1000 - Number(request.headers['watchbook-timestamp']);
    expect(Math.abs(age)).toBeLessThan(patienceMs / 1000);
    expect(request.body).toEqual({
      id: delivery.event_id,
      event: 'service.unhealthy',
      occurred_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      revision: 0,
      sentence: 'Till is unhealthy: Connection refused',
      link: `https://watchbook.example.org/api/v1/services/${service.id}`,
      service: {
        id: service.id,
        name: 'Till',
        url: service.url,
        type: 'http',
        status: 'unhealthy',
        tags: [{ id: tag.id, name: 'shop floor', color: tag.color }],
      },
      change: {
        from: 'unknown',
        to: 'unhealthy',
        since: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
        reason: 'checks',
      },
      evidence: {
        checks: 1,
        outcome: 'down',
        code: 'connect_refused',
        message: 'Connection refused',
        latency_ms: null,
        checked_at: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      },
    });
    expect(delivery).toMatchObject({
      webhook_id: webhook.id,
      event: 'service.unhealthy',
      is_test: false,
      service_id: service.id,
      attempts: 1,
      status_code: 200,
      code: 'status_200',
      excerpt: 'this is 200',
      next_attempt_at: null,
    });
    expect(await deliveriesOf(app, webhook)).toHaveLength(1);
  });
});

describe('Who hears of what', () => {
  it('is decided by events, tags and services', async () => {
    const [urgent, other] = [await makeTag(app, owner), await makeTag(app, owner)];
    const till = await makeWatched(app, owner, { tags: [urgent.id] });
    const shop = await makeWatched(app, owner, { tags: [other.id] });
    const { url } = receiver;
    const to = (path: string, filters: object): Promise<unknown> =>
      makeWebhook(app, owner, { url: `${url}/${path}`, ...filters });
    await to('all', {});
    await to('only-healthy', { events: ['service.healthy'] });
    await to('only-urgent', { tags: [urgent.id] });
    await to('only-shop', { services: [shop.id] });
    await to('none', { services: [shop.id], tags: [urgent.id] });

    for (const how of ['down', 'up'] as const)
      for (const service of [till, shop]) await find(app, service, how);
    await untilReceived(10);

    const heard = receiver.received.map(
      ({ path, body }) => `${path.slice(6)} ${str(body['sentence']).replace(/:.*/, '')}`,
    );
    expect(heard.sort()).toEqual(
      [
        ...[till, shop].map(({ name }) => `all ${name} is unhealthy`),
        ...[till, shop].map(({ name }) => `all ${name} is healthy again`),
        ...[till, shop].map(({ name }) => `only-healthy ${name} is healthy again`),
        ...[`only-urgent ${till.name} is unhealthy`, `only-urgent ${till.name} is healthy again`],
        ...[`only-shop ${shop.name} is unhealthy`, `only-shop ${shop.name} is healthy again`],
      ].sort(),
    );
  });

  it('is configuration, too, for whoever asks for it: once for each request', async () => {
    const events = ['registered', 'changed', 'paused', 'resumed', 'deleted', 'restored'];
    await makeWebhook(app, owner, {
      url: receiver.url,
      events: events.map((event) => `service.${event}`),
    });
    const tag = await makeTag(app, owner);

    const { id } = await makeWatched(app, owner, { name: 'Old', tags: [tag.id] });
    const call = (method: string, path: string, body?: object): Promise<Answer> =>
      app.call(method, `/services/${id}${path}`, { as: owner, body });
    await call('PATCH', '', { name: 'New', timeout_ms: 5_000, failure_threshold: 7, tags: [] });
    for (const action of ['/pause', '/resume']) await call('POST', action);
    await call('DELETE', '');
    await call('POST', '/restore', {});
    await untilReceived(events.length);

    const told = receiver.received.map(({ body }) => [body['event'], body['sentence']]);
    expect(told.map(([event]) => event).sort()).toEqual(events.map((e) => `service.${e}`).sort());
    expect(told).toContainEqual(['service.deleted', 'New was deleted']);
    expect(receiver.about('service.changed')).toMatchObject([
      { body: { service: { name: 'New', tags: [] }, change: null, evidence: null } },
    ]);
  });

  it('is bounded by what the owner may read when it is sent', async () => {
    const viewer = await app.person('operator');
    const service = await makeWatched(app, owner);
    const webhook = await makeWebhook(app, viewer, { url: receiver.url, services: [service.id] });
    await find(app, service, 'down');
    await untilReceived(1);

    await app.call('PATCH', `/users/${viewer.id}`, { as: app.admin, body: { role: 'member' } });
    await find(app, service, 'up');

    const dropped = await newestDelivery(app, webhook, ({ outcome }) => outcome === 'dropped');
    expect(dropped).toMatchObject({
      event: 'service.healthy',
      code: 'not_authorized',
      attempts: 0,
      status_code: null,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('is nothing that happened before the webhook was there', async () => {
    const service = await makeWatched(app, owner);
    await find(app, service, 'down');
    await makeWebhook(app, owner, { url: receiver.url, services: [service.id] });

    await find(app, service, 'up');
    await untilReceived(1);

    expect(receiver.received.map(({ body }) => body['event'])).toEqual(['service.healthy']);
  });

  it('is nothing any more for whoever was deactivated', async () => {
    const leaver = await app.person();
    const service = await makeWatched(app, leaver);
    const webhook = await makeWebhook(app, leaver, { url: receiver.url });
    const body = { is_active: false };
    await app.call('PATCH', `/users/${leaver.id}`, { as: app.admin, body });

    await find(app, service, 'down');

    const dropped = await newestDelivery(app, webhook, ({ outcome }) => outcome === 'dropped');
    expect(dropped).toMatchObject({ code: 'owner_gone', attempts: 0 });
    expect(receiver.received).toEqual([]);
  });
});
