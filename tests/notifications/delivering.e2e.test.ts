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
import { type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { isSignedWith, Receiver } from './support/receiver.js';
import {
  deliveriesOf,
  find,
  makeWatched,
  makeWebhook,
  newestDelivery,
  patienceMs,
} from './support/watched.js';

jest.setTimeout(60_000);

let app: TestApp;
let owner: Person;
let receiver: Receiver;
beforeAll(async () => {
  app = await startTestApp({
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
