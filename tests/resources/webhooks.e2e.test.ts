import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  DeliveryView,
  WebhookView,
  WebhookWithSecretView,
} from '../../src/http/resources/views.js';
import { eventually } from '../event-store/support/waiting.js';
import { monitored } from '../notifications/support/watched.js';
import { type Answer, type Person, startTestApp, str, type TestApp } from '../support/test-app.js';
import {
  expectCommandHeaders,
  expectInvalid,
  expectProblem,
  Message,
  read,
  readPage,
} from './support/answers.js';
import { expectSorted } from './support/paging.js';
import { Ledger } from './support/log.js';
import { makeService, makeTag, nobody } from './support/making.js';

let app: TestApp;
let owner: Person;
let ledger: Ledger;
beforeAll(async () => {
  app = await startTestApp({ ...monitored, ALLOW_PRIVATE_WEBHOOKS: 'true' });
  owner = await app.person();
  ledger = await Ledger.of(app);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

const url = 'http://127.0.0.1:9/hook';
const call = (method: string, path: string, body?: object, headers = {}): Promise<Answer> =>
  app.call(method, `/webhooks${path}`, { as: owner, ...(body && { body }), headers });
const make = async (fields: object = {}): Promise<ReturnType<typeof WebhookWithSecretView.parse>> =>
  read(await call('POST', '', { url, ...fields }), 201, WebhookWithSecretView);

describe('POST /webhooks', () => {
  it('makes one that hears of changes of health, with a secret', async () => {
    const answer = await call('POST', '', { url });

    const { secret, ...webhook } = read(answer, 201, WebhookWithSecretView);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9_-]{43}$/);
    expect(webhook).toEqual({
      id: expect.any(String),
      user_id: owner.id,
      url,
      events: ['service.unhealthy', 'service.degraded', 'service.healthy', 'service.unknown'],
      tags: [],
      services: [],
      enabled: true,
      disabled: null,
      created_at: expect.any(String),
      updated_at: null,
    });
    expectCommandHeaders(answer, 0);
    expect(answer.headers.get('location')).toBe(`/api/v1/webhooks/${webhook.id}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(read(await call('GET', `/${webhook.id}`), 200, WebhookView)).toEqual(webhook);
  });

  it('takes filters', async () => {
    const [tag, service] = [await makeTag(app, owner), await makeService(app, owner)];
    const wanted = { events: ['service.deleted'], tags: [tag.id], services: [service.id] };

    expect(await make(wanted)).toMatchObject(wanted);
  });

  it('refuses what could not be sent to, or would hear nothing', async () => {
    expectInvalid(await call('POST', '', {}), 'url');
    expectInvalid(await call('POST', '', { url: 'ftp://example.org' }), 'url');
    expectInvalid(await call('POST', '', { url: 'https://user:word@example.org' }), 'url');
    expectInvalid(await call('POST', '', { url: 'mailto:somebody@example.org' }), 'url');
    expectInvalid(await call('POST', '', { url, events: [] }), 'events');
    expectInvalid(await call('POST', '', { url, events: ['service.born'] }), 'events.0');
    expectInvalid(
      await call('POST', '', { url, tags: ['x'], services: [1] }),
      'tags.0',
      'services.0',
    );
    expectInvalid(await call('POST', '', { url, tags: [nobody, nobody] }), 'tags');
    expectInvalid(await call('POST', '', { url, secret: 'mine' }), 'secret');
  });

  it('gives whoever repeats it under one key the same webhook, and the same secret', async () => {
    const headers = { 'Idempotency-Key': 'webhook-1' };
    const [first, again] = [
      await call('POST', '', { url }, headers),
      await call('POST', '', { url }, headers),
    ];

    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
  });

  it('shows the secret also to whoever does not wait', async () => {
    const answer = await call('POST', '', { url }, { Prefer: 'respond-async' });

    expect(answer.status).toBe(202);
    expect(str(answer.body['secret'])).toMatch(/^whsec_/);
  });
});

describe('The secret of a webhook', () => {
  it('is in no event, no list, and no other answer', async () => {
    const { id, secret } = await make();
    const rotated = await call('POST', `/${id}/rotate-secret`);
    const answers = await Promise.all([
      call('GET', `/${id}`),
      call('GET', ''),
      call('PATCH', `/${id}`, { events: ['service.paused'] }),
    ]);

    const { secret: next, ...webhook } = read(rotated, 200, WebhookWithSecretView);
    expect(next).not.toBe(secret);
    expect(webhook.id).toBe(id);
    const log = await ledger.text();
    for (const text of [log, ...answers.map((answer) => answer.text)]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(next);
    }
    expect((await ledger.stream(`webhook-${id}`)).map(({ type }) => type)).toEqual([
      'WebhookCreated',
      'WebhookSecretRotated',
      'WebhookFiltersChanged',
    ]);
  });

  it('is the same for whoever repeats its rotation under one key', async () => {
    const { id } = await make();
    const headers = { 'Idempotency-Key': `rotate-${id}` };
    const rotate = async (): Promise<string> =>
      str((await call('POST', `/${id}/rotate-secret`, undefined, headers)).body['secret']);

    const first = await rotate();
    await call('PATCH', `/${id}`, { url: `${url}/other` });

    expect(await rotate()).toBe(first);
  });
});

describe('PATCH /webhooks/{id}', () => {
  it('changes what was sent, and nothing else', async () => {
    const { id, secret: _, ...before } = await make();
    const { updated_at: __, ...same } = before;

    const answer = await call('PATCH', `/${id}`, { url: `${url}/2`, events: ['service.healthy'] });

    expect(read(answer, 200, WebhookView)).toMatchObject({
      ...same,
      url: `${url}/2`,
      events: ['service.healthy'],
    });
    expectCommandHeaders(answer, 2);
    expectInvalid(await call('PATCH', `/${id}`, { url: 'gopher://example.org' }), 'url');
    expectProblem(
      await call('PATCH', `/${id}`, { url }, { 'If-Match': '"0"' }),
      412,
      'It has changed since you read it: read it again, then decide',
    );
  });

  it('keeps the address in the log where only its owner’s key can read it', async () => {
    const { id } = await make({ url: `${url}/token-in-the-address` });

    const [created] = await ledger.stream(`webhook-${id}`);

    expect(JSON.stringify(created)).not.toContain('token-in-the-address');
  });
});

describe('GET /webhooks', () => {
  it('lists one’s own, sorted and in pages; administrators see all', async () => {
    await make();
    const get = (path: string): Promise<Answer> => app.call('GET', path, { as: owner });
    await expectSorted(
      get,
      ['/webhooks', 'created_at'],
      WebhookView,
      ({ id }) => id,
      ({ created_at: at }) => at,
    );

    const other = await app.person();
    expect(readPage(await app.call('GET', '/webhooks', { as: other }), WebhookView).count).toBe(0);
    const { count } = readPage(await get('/webhooks'), WebhookView);
    expect(readPage(await app.call('GET', '/webhooks', { as: app.admin }), WebhookView).count).toBe(
      count,
    );
  });
});

describe('DELETE /webhooks/{id}', () => {
  it('ends it', async () => {
    const { id } = await make();

    const answer = await call('DELETE', `/${id}`);

    expect(read(answer, 200, Message)).toEqual({ message: 'Webhook deleted successfully' });
    for (const path of [`/${id}`, `/${id}/deliveries`])
      expectProblem(await call('GET', path), 404, 'Webhook not found');
    expectProblem(await call('POST', `/${id}/test`), 404, 'Webhook not found');
  });

  it('comes by itself when its owner is deleted', async () => {
    const leaver = await app.person();
    const made = await app.call('POST', '/webhooks', { as: leaver, body: { url } });
    const { id } = read(made, 201, WebhookWithSecretView);

    await app.call('DELETE', `/users/${leaver.id}`, { as: app.admin });

    await eventually(
      'it is gone, and its secret',
      async () =>
        (await app.call('GET', `/webhooks/${id}`, { as: app.admin })).status === 404 &&
        (await ledger.rowsOf(`secrets.webhook_secrets WHERE webhook_id = '${id}'`)) === 0,
      30_000,
    );
  });
});

describe('GET /webhooks/{id}/deliveries', () => {
  it('shows tests, by their outcome, and each alone', async () => {
    const { id } = await make();
    const begun = await call('POST', `/${id}/test`);
    const one = `/${id}/deliveries/${str(begun.body['id'])}`;
    await eventually(
      'the test has ended',
      async () => str((await call('GET', one)).body['outcome']) === 'failed',
      30_000,
    );

    const delivery = read(await call('GET', one), 200, DeliveryView);

    expect(delivery).toMatchObject({ event: 'webhook.test', code: 'connect_refused', attempts: 1 });
    const page = async (query: string): Promise<unknown> =>
      readPage(await call('GET', `/${id}/deliveries${query}`), DeliveryView);
    expect(await page('')).toEqual({ data: [delivery], count: 1 });
    expect(await page('?outcome=failed')).toEqual({ data: [delivery], count: 1 });
    expect(await page('?outcome=delivered')).toEqual({ data: [], count: 0 });
    expectInvalid(await call('GET', `/${id}/deliveries?outcome=lost`), 'outcome');
    const missing = `/${id}/deliveries/${nobody}`;
    expectProblem(await call('GET', missing), 404, 'Delivery not found');
    expectProblem(await call('POST', `${missing}/retry`), 404, 'Delivery not found');
  });

  it('shows nothing of a webhook through another one', async () => {
    const [webhook, other] = [await make(), await make()];
    const begun = await call('POST', `/${webhook.id}/test`);

    const path = `/${other.id}/deliveries/${str(begun.body['id'])}`;

    expectProblem(await call('GET', path), 404, 'Delivery not found');
  });
});
