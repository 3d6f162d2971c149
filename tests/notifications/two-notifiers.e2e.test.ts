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
import { Watchbook } from '../cli/support/watchbook.js';
import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { Receiver } from './support/receiver.js';
import {
  deliveriesOf,
  find,
  makeWatched,
  makeWebhook,
  newestDelivery,
  patienceMs,
  type Webhook,
} from './support/watched.js';

jest.setTimeout(120_000);

const secret = {
  ALLOW_LOOPBACK_CHECKS: 'true',
  JWT_SECRET: 'a secret that all of these processes share',
  ALLOW_PRIVATE_WEBHOOKS: 'true',
};

let app: TestApp;
let owner: Person;
let receiver: Receiver;
beforeAll(async () => {
  // It tells nothing itself: others do.
  app = await startTestApp({ ...secret, ROLES: 'api,projector' });
  owner = await app.person();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver.stop());
afterAll(async () => {
  await Watchbook.killAll();
  await app.stop();
});

const monitor = (): Promise<TestApp> =>
  startTestApp({ ...secret, ROLES: 'api,monitor', DATABASE_URL: app.databaseUrl });

describe('Two processes that notify', () => {
  it('tell each change once, also when one of them is stopped in the middle', async () => {
    const services = await Promise.all([1, 2, 3, 4].map(() => makeWatched(app, owner)));
    const webhooks: Webhook[] = [];
    for (let n = 0; n < 3; n += 1)
      webhooks.push(await makeWebhook(app, owner, { url: `${receiver.url}/${n}` }));
    // Slow enough that there is always something under way.
    receiver.always((_, response) => setTimeout(() => response.writeHead(200).end(), 20));
    const [one, other] = [await monitor(), await monitor()];

    const changes = 12;
    for (let change = 0; change < changes; change += 1) {
      const how = change % 2 === 0 ? 'down' : 'up';
      await Promise.all(services.map((service) => find(app, service, how)));
      if (change === changes / 2) await one.stop();
    }

    const expected = services.length * changes * webhooks.length;
    await eventually('all were told', () => receiver.received.length >= expected, 2 * patienceMs);
    const told = receiver.received.map(
      ({ path, headers }) => `${path} ${String(headers['idempotency-key'])}`,
    );
    expect(new Set(told).size).toBe(expected);
    expect(told).toHaveLength(expected);
    for (const webhook of webhooks) {
      await eventually(
        'all is written down',
        async () => (await deliveriesOf(app, webhook, '?outcome=pending')).length === 0,
        patienceMs,
      );
      const sent = await deliveriesOf(app, webhook, '?outcome=delivered');
      expect(sent.map(({ attempts }) => attempts)).toEqual(sent.map(() => 1));
      expect(sent).toHaveLength(services.length * changes);
    }
    await other.stop();
  });

  it('finish what one did not that was killed: under the same key, so that one can tell', async () => {
    const service = await makeWatched(app, owner);
    const webhook = await makeWebhook(app, owner, { url: receiver.url, services: [service.id] });
    receiver.react(() => undefined);
    const killed = new Watchbook(['serve'], {
      ...secret,
      ...{ PORT: '0', ROLES: 'monitor', DATABASE_URL: app.databaseUrl, LOG_LEVEL: 'error' },
    });
    await find(app, service, 'down');
    await eventually('it has begun to tell', () => receiver.received.length === 1, 2 * patienceMs);

    await killed.kill('SIGKILL');
    // What it had taken is free again after a minute; nobody wants to wait for that.
    await runSql(app.databaseUrl, `UPDATE jobs.job SET started_on = now() - expire_in`);
    const other = await monitor();

    const told = await newestDelivery(app, webhook, ({ outcome }) => outcome === 'delivered');
    expect(told.attempts).toBe(1);
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual([told.event_id, told.event_id]);
    await other.stop();
  });
});
