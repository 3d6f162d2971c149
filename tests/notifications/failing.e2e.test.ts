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
import { runSql } from '../http/support/database.js';
import { Ledger } from '../resources/support/log.js';
import { type Service } from '../resources/support/making.js';
import {
  type JsonNode,
  type Person,
  startTestApp,
  str,
  type TestApp,
} from '../support/test-app.js';
import { isSignedWith, Receiver } from './support/receiver.js';
import {
  deliveriesOf,
  type Delivery,
  find,
  hurry,
  makeWatched,
  makeWebhook,
  newestDelivery,
  patienceMs,
  type WebhookWithSecret,
  monitored,
} from './support/watched.js';

jest.setTimeout(90_000);

let app: TestApp;
let owner: Person;
let receiver: Receiver;
let service: Service;
let webhook: WebhookWithSecret;
beforeAll(async () => {
  app = await startTestApp({ ...monitored, ALLOW_PRIVATE_WEBHOOKS: 'true' });
  owner = await app.person();
});
beforeEach(async () => {
  receiver = await Receiver.start();
  service = await makeWatched(app, owner);
  webhook = await makeWebhook(app, owner, { url: receiver.url, services: [service.id] });
});
afterEach(() => receiver.stop());
afterAll(() => app.stop());

const when = (isAsWanted: (delivery: Delivery) => boolean): Promise<Delivery> =>
  newestDelivery(app, webhook, isAsWanted);
const attempted = ({ attempts }: Delivery): boolean => attempts > 0;
const ended = ({ outcome }: Delivery): boolean => outcome !== 'pending';
const current = async (): Promise<JsonNode> =>
  (await app.call('GET', `/webhooks/${webhook.id}`, { as: owner })).body;
const untilDisabled = (): Promise<void> =>
  eventually(
    'it is disabled',
    async () => JSON.stringify((await current())['enabled']) === 'false',
    patienceMs,
  );

describe('A receiver that answers 500, then 200', () => {
  it('gets the same again, under the same key, newly signed', async () => {
    receiver.react(500);
    await find(app, service, 'down');

    const first = await when(attempted);
    expect(first).toMatchObject({ outcome: 'pending', attempts: 1, code: 'status_500' });
    expect(first).toMatchObject({ excerpt: 'this is 500', status_code: 500, ended_at: null });
    expect(Date.parse(str(first.next_attempt_at))).toBeGreaterThan(
      Date.parse(str(first.attempted_at)),
    );
    await hurry(app);

    expect(await when(ended)).toMatchObject({ outcome: 'delivered', attempts: 2 });
    const [one, other] = receiver.received;
    expect(receiver.received).toHaveLength(2);
    expect(other?.text).toBe(one?.text);
    expect(other?.headers['idempotency-key']).toBe(one?.headers['idempotency-key']);
    for (const request of receiver.received)
      expect(isSignedWith(webhook.secret, request)).toBe(true);
  });
});

describe('A receiver that asks for time', () => {
  it('is left alone for that long', async () => {
    receiver.react((_, response) => response.writeHead(429, { 'Retry-After': '3600' }).end());
    await find(app, service, 'down');

    const { attempted_at: at, next_attempt_at: next, ...rest } = await when(attempted);

    expect(rest).toMatchObject({ outcome: 'pending', code: 'status_429' });
    expect(Date.parse(str(next)) - Date.parse(str(at))).toBe(3_600_000);
  });
});

describe('A receiver that does what it should not', () => {
  it('redirects: it is not followed', async () => {
    const Location = `${receiver.url}/other`;
    receiver.react((_, response) => response.writeHead(302, { Location }).end());
    await find(app, service, 'down');

    expect(await when(attempted)).toMatchObject({
      outcome: 'pending',
      code: 'redirect',
      status_code: 302,
    });
    expect(receiver.received).toHaveLength(1);
  });

  it('closes the connection: it is tried again', async () => {
    receiver.react((request) => request.socket.destroy());
    await find(app, service, 'down');

    expect(await when(attempted)).toMatchObject({ outcome: 'pending', status_code: null });
    await hurry(app);
    expect(await when(ended)).toMatchObject({ outcome: 'delivered', attempts: 2 });
  });

  it('sends garbage in place of an answer: that is a failure', async () => {
    receiver.react((request) => request.socket.end('\u0000\u0001 this is no HTTP\r\n\r\n'));
    await find(app, service, 'down');

    expect(await when(attempted)).toMatchObject({ outcome: 'pending', status_code: null });
  });

  it('never answers, or never ends to: it is given up after ten seconds', async () => {
    const other = await makeWebhook(app, owner, { url: receiver.url, services: [service.id] });
    receiver.react(
      () => undefined,
      (_, response) => {
        const dripping = setInterval(() => response.write('.'), 100);
        response.on('close', () => clearInterval(dripping));
      },
    );
    await find(app, service, 'down');

    for (const one of [webhook, other]) {
      const failed = await newestDelivery(app, one, attempted);
      expect(failed).toMatchObject({ outcome: 'pending', code: 'timeout', status_code: null });
      expect(failed.latency_ms).toBeGreaterThanOrEqual(9_900);
    }
  });

  it('answers without end: the beginning is enough', async () => {
    receiver.react((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await find(app, service, 'down');

    const delivered = await when(ended);
    expect(delivered).toMatchObject({ outcome: 'delivered', excerpt: 'x'.repeat(1024) });
  });

  it('is not there: it is tried again', async () => {
    await receiver.stop();
    await find(app, service, 'down');

    expect(await when(attempted)).toMatchObject({ outcome: 'pending', code: 'connect_refused' });
    receiver = await Receiver.start();
  });
});

describe('A webhook that is given up', () => {
  it('is one whose receiver says that it is gone; what it has not got is dropped', async () => {
    const waiting = await makeWatched(app, owner);
    await app.call('PATCH', `/webhooks/${webhook.id}`, {
      as: owner,
      body: { services: [service.id, waiting.id] },
    });
    receiver.react(503, 410);
    await find(app, waiting, 'down');
    await when(attempted);
    await find(app, service, 'down');

    const ends = async (): Promise<Delivery[]> => (await deliveriesOf(app, webhook)).filter(ended);
    await eventually('both have ended', async () => (await ends()).length === 2, patienceMs);

    expect((await ends()).map(({ outcome, code }) => [outcome, code])).toEqual([
      ['failed', 'status_410'],
      ['dropped', 'webhook_disabled'],
    ]);
    expect(await current()).toMatchObject({ enabled: false, disabled: { reason: 'gone' } });
    await hurry(app);
    await find(app, service, 'up');
    const ledger = await Ledger.of(app);
    expect((await ledger.stream(`webhook-${webhook.id}`)).at(-1)).toMatchObject({
      type: 'WebhookDisabled',
      metadata: { actor: { kind: 'process', id: 'notifications' } },
    });
    await ledger.close();
    expect(receiver.received).toHaveLength(2);
  });

  it('is one to which nothing got through for three days; it can be enabled again', async () => {
    const since = '2026-03-03T12:00:00.000Z';
    await runSql(
      app.databaseUrl,
      `INSERT INTO notifications.failing VALUES ('${webhook.id}', '${since}', 19)`,
    );
    receiver.react(500, 500);
    await find(app, service, 'down');

    await untilDisabled();
    expect(await current()).toMatchObject({ disabled: { reason: 'failing', since } });
    expect(await when(ended)).toMatchObject({ outcome: 'dropped', code: 'webhook_disabled' });

    await app.call('POST', `/webhooks/${webhook.id}/enable`, { as: owner });
    await find(app, service, 'up');

    expect(await when((one) => one.event === 'service.healthy' && attempted(one))).toMatchObject({
      attempts: 1,
      code: 'status_500',
    });
    expect(await current()).toMatchObject({ enabled: true, disabled: null });
  });

  it('is one that was deleted: nothing more is sent, and its secret is gone', async () => {
    receiver.react(503);
    await find(app, service, 'down');
    await when(attempted);

    await app.call('DELETE', `/webhooks/${webhook.id}`, { as: owner });

    const left = async (): Promise<unknown[]> =>
      runSql(
        app.databaseUrl,
        `SELECT d.code, (SELECT count(*)::int FROM secrets.webhook_secrets s WHERE s.webhook_id = d.webhook_id) AS secrets
           FROM notifications.deliveries d WHERE d.webhook_id = '${webhook.id}'`,
      );
    await eventually(
      'all of it has ended',
      async () =>
        JSON.stringify(await left()) === JSON.stringify([{ code: 'webhook_deleted', secrets: 0 }]),
      patienceMs,
    );
    expect(receiver.received).toHaveLength(1);
  });
});

describe('What was given up', () => {
  it('can be sent again by hand, and only that', async () => {
    receiver.react(410);
    await find(app, service, 'down');
    const { id } = await when(ended);
    const again = (): Promise<{ status: number }> =>
      app.call('POST', `/webhooks/${webhook.id}/deliveries/${id}/retry`, { as: owner });
    await untilDisabled();
    await app.call('POST', `/webhooks/${webhook.id}/enable`, { as: owner });

    expect((await again()).status).toBe(202);
    expect(await when(({ outcome }) => outcome === 'delivered')).toMatchObject({ id, attempts: 1 });
    expect((await again()).status).toBe(409);
    const [one, other] = receiver.received;
    expect(other?.text).toBe(one?.text);
  });
});

describe('The test button', () => {
  it('sends at once, the way notifications go, and says what became of it', async () => {
    const begun = await app.call('POST', `/webhooks/${webhook.id}/test`, { as: owner });

    expect(begun.status).toBe(202);
    const delivery = await when(ended);
    expect(begun.headers.get('location')).toBe(
      `/api/v1/webhooks/${webhook.id}/deliveries/${str(begun.body['id'])}`,
    );
    expect(delivery).toMatchObject({ id: begun.body['id'], is_test: true, outcome: 'delivered' });
    const [request] = receiver.received;
    expect(request && isSignedWith(webhook.secret, request)).toBe(true);
    expect(request?.body).toMatchObject({ event: 'webhook.test', service: null, change: null });
  });

  it('is signed with both secrets while one takes over from the other', async () => {
    const rotated = await app.call('POST', `/webhooks/${webhook.id}/rotate-secret`, { as: owner });
    await app.call('POST', `/webhooks/${webhook.id}/test`, { as: owner });

    await when(ended);

    const [request] = receiver.received;
    for (const secret of [webhook.secret, str(rotated.body['secret'])])
      expect(request && isSignedWith(secret, request)).toBe(true);
  });

  it('tries once, and neither counts as a failure nor disables anything', async () => {
    receiver.always(410);

    await app.call('POST', `/webhooks/${webhook.id}/test`, { as: owner });

    expect(await when(ended)).toMatchObject({ outcome: 'failed', code: 'status_410', attempts: 1 });
    expect(await current()).toMatchObject({ enabled: true });
  });

  it('sends one test for one Idempotency-Key', async () => {
    const headers = { 'Idempotency-Key': 'try-it' };
    const press = async (): Promise<unknown> =>
      (await app.call('POST', `/webhooks/${webhook.id}/test`, { as: owner, headers })).body['id'];

    expect(await press()).toBe(await press());

    await when(ended);
    expect(await deliveriesOf(app, webhook)).toHaveLength(1);
    expect(receiver.received).toHaveLength(1);
  });
});
