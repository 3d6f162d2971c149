import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { expectInvalid } from '../resources/support/answers.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { Receiver } from './support/receiver.js';
import { find, makeWatched, makeWebhook, newestDelivery } from './support/watched.js';

jest.setTimeout(60_000);

const secret = { JWT_SECRET: 'a secret that all of these processes share' };

/** Lets webhooks lead into the own network, and sends nothing itself. */
let lenient: TestApp;
/** Does not. */
let strict: TestApp;
let receiver: Receiver;
beforeAll(async () => {
  const environment = {
    ROLES: 'api,projector',
    ALLOW_LOOPBACK_CHECKS: 'true',
    ALLOW_PRIVATE_WEBHOOKS: 'true',
  };
  lenient = await startTestApp({ ...secret, ...environment });
  strict = await startTestApp({
    ...secret,
    ROLES: 'api,monitor',
    ALLOW_LOOPBACK_CHECKS: 'true',
    DATABASE_URL: lenient.databaseUrl,
  });
  receiver = await Receiver.start();
});
afterAll(async () => {
  await receiver.stop();
  await strict.stop();
  await lenient.stop();
});

const save = (app: TestApp, url: string): Promise<Answer> =>
  app.call('POST', '/webhooks', { as: lenient.admin, body: { url } });

describe('An address inside', () => {
  it.each([
    ...['http://127.0.0.1:8000/', 'http://localhost/', 'http://[::1]/', 'http://0x7f000001/'],
    ...['http://10.0.0.1/', 'https://192.168.1.1/', 'http://[fd00::1]/', 'http://100.64.0.1/'],
    ...['http://[::ffff:10.0.0.1]/', 'http://[64:ff9b::a00:1]/', 'http://167772161/'],
  ])('is refused when it is saved, in whatever spelling: %s', async (url) => {
    expectInvalid(await save(strict, url), 'url');
    expect((await save(lenient, url)).status).toBe(201);
  });

  it('is refused when it is connected to, whatever was saved before', async () => {
    const service = await makeWatched(lenient, lenient.admin);
    const webhook = await makeWebhook(lenient, lenient.admin, { url: receiver.url });

    await find(lenient, service, 'down');

    const refused = await newestDelivery(strict, webhook, ({ attempts }) => attempts > 0);
    expect(refused).toMatchObject({ code: 'target_refused', status_code: null });
    expect(refused.message).toContain('ALLOW_PRIVATE_WEBHOOKS');
    expect(receiver.received).toEqual([]);
  });

  it('is refused as a new address of a webhook, too', async () => {
    const { id } = await makeWebhook(lenient, lenient.admin, { url: 'https://hooks.example.org/' });
    const body = { url: 'http://127.0.0.1/' };

    expectInvalid(
      await strict.call('PATCH', `/webhooks/${id}`, { as: lenient.admin, body }),
      'url',
    );
  });
});

describe('An address that nobody may have sent to', () => {
  it('is that of cloud metadata and of our own database, whatever is allowed', async () => {
    const { hostname, port } = new URL(lenient.databaseUrl);
    const own = `http://${hostname}:${port}/`;

    for (const url of [
      'http://169.254.169.254/latest/',
      'http://[fe80::1]/',
      'http://0.0.0.0/',
      own,
    ])
      expectInvalid(await save(lenient, url), 'url');
  });
});
