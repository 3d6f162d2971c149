import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { Receiver } from './support/receiver.js';
import { deliveriesOf, find, makeWatched, makeWebhook, patienceMs } from './support/watched.js';

jest.setTimeout(120_000);

const common = {
  ALLOW_LOOPBACK_CHECKS: 'true',
  JWT_SECRET: 'a secret that all of these processes share',
  ALLOW_PRIVATE_WEBHOOKS: 'true',
};

/** Makes the changes; its way to the database is a safe one. */
let app: TestApp;
let proxy: TcpProxy;
/** Tells of them, over a way that is not. */
let monitor: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  app = await startTestApp({ ...common, ROLES: 'api,projector' });
  proxy = await TcpProxy.start(app.databaseUrl);
  receiver = await Receiver.start();
});
afterAll(async () => {
  await monitor.stop();
  await receiver.stop();
  await proxy.stop();
  await app.stop();
});

describe('A process that loses its database again and again', () => {
  it('tells of every change, and of none under two keys', async () => {
    const services = await Promise.all([1, 2, 3].map(() => makeWatched(app, app.admin)));
    const webhook = await makeWebhook(app, app.admin, { url: receiver.url });
    receiver.always((_, response) => setTimeout(() => response.writeHead(200).end(), 20));
    monitor = await startTestApp({ ...common, ROLES: 'api,monitor', DATABASE_URL: proxy.url });

    const changes = 16;
    let cut = 0;
    for (let change = 0; change < changes; change += 1) {
      const how = change % 2 === 0 ? 'down' : 'up';
      await Promise.all(services.map((service) => find(app, service, how)));
      cut += proxy.cut();
      await sleep(change * 20);
    }
    expect(cut).toBeGreaterThan(0);

    const all = services.length * changes;
    await eventually(
      'all is told and written down',
      async () => {
        // What was under way when its connection broke is free again after a minute; nobody wants to wait for that.
        await runSql(
          app.databaseUrl,
          `UPDATE jobs.job SET started_on = now() - expire_in
            WHERE state = 'active' AND started_on < now() - interval '5 seconds'`,
        );
        return (await deliveriesOf(app, webhook, '?outcome=delivered')).length === all;
      },
      3 * patienceMs,
    );
    const told = new Set(receiver.received.map(({ headers }) => headers['idempotency-key']));
    const deliveries = await deliveriesOf(app, webhook);
    expect(told.size).toBe(all);
    expect(deliveries).toHaveLength(all);
    expect(new Set(deliveries.map(({ event_id: id }) => id))).toEqual(told);
  });
});
