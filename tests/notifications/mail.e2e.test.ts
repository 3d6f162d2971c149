import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { expectInvalid } from '../resources/support/answers.js';
import { makeTag, type Service } from '../resources/support/making.js';
import { type Person, startTestApp, type TestApp } from '../support/test-app.js';
import { MailServer, type TakenMail } from './support/mail-server.js';
import {
  type Delivery,
  find,
  hurry,
  makeWatched,
  makeWebhook,
  newestDelivery,
  type Webhook,
  monitored,
} from './support/watched.js';

jest.setTimeout(60_000);

let server: MailServer;
let app: TestApp;
let owner: Person;
let service: Service;
let webhook: Webhook;
beforeAll(async () => {
  server = await MailServer.start('watchbook', 'p@ss:word');
  app = await startTestApp({
    ...monitored,
    SMTP_URL: server.url,
    MAIL_FROM: 'Watchbook <wb@example.org>',
  });
  owner = await app.person();
  const tag = await makeTag(app, owner, { name: 'cash' });
  service = await makeWatched(app, owner, { name: 'Kasse Süd', tags: [tag.id] });
  webhook = await makeWebhook(app, owner, {
    url: 'mailto:ops@example.org',
    services: [service.id],
  });
});
afterAll(async () => {
  await app.stop();
  await server.stop();
});

const when = (isAsWanted: (delivery: Delivery) => boolean): Promise<Delivery> =>
  newestDelivery(app, webhook, isAsWanted);
const newest = (): TakenMail => {
  const mail = server.taken.at(-1);
  if (mail === undefined) throw new Error('No mail has come');
  return mail;
};

describe('A mailbox as the address of a webhook', () => {
  it('gets a plain text that says what happened, under a clear subject', async () => {
    await find(app, service, 'down');

    const delivery = await when(({ outcome }) => outcome === 'delivered');
    const { from, to, raw } = newest();
    expect([from, to]).toEqual(['wb@example.org', ['ops@example.org']]);
    const [head = '', ...rest] = raw.split('\r\n\r\n');
    expect(head).toMatch(/^From: Watchbook <wb@example\.org>$/m);
    expect(decoded(head)).toContain('[Watchbook] Kasse Süd is unhealthy: Connection refused');
    expect(head).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(head).toMatch(/^Watchbook-Event: service\.unhealthy/m);
    expect(decoded(head)).toContain(`Message-ID: <${delivery.event_id}.${delivery.id}@watchbook>`);
    expect(head).toMatch(/^Content-Type: text\/plain; charset=utf-8/m);
    const body = quotedPrintable(rest.join('\n\n'));
    expect(body).toContain('Address: http://127.0.0.1:9/ (http)');
    expect(body).toContain('Tags:    cash');
    expect(body).toContain('Status:  unknown -> unhealthy, since ');
    expect(delivery).toMatchObject({ status_code: 250, code: 'mail_taken', excerpt: null });
  });

  it('is tried again when the server has no time, and says what it said', async () => {
    server.refuse(451, 'Come back later');
    await find(app, service, 'up');

    const first = await when(
      ({ event, attempts }) => event === 'service.healthy' && attempts === 1,
    );
    expect(first).toMatchObject({ outcome: 'pending', status_code: 451, code: 'mail_451' });
    expect(first.excerpt).toContain('Come back later');
    await hurry(app);

    await when(({ outcome }) => outcome === 'delivered');
    expect(decoded(newest().raw)).toContain('[Watchbook] Kasse Süd is healthy again');
  });

  it('can be tried with the test button', async () => {
    await app.call('POST', `/webhooks/${webhook.id}/test`, { as: owner });

    await when(({ is_test: isTest, outcome }) => isTest && outcome === 'delivered');
    expect(newest().raw).toContain('[Watchbook] This is a test');
  });
});

describe('Without a mail server', () => {
  it('no mailbox can be the address of a webhook', async () => {
    const other = await startTestApp();
    const body = { url: 'mailto:ops@example.org' };

    const answer = await other.call('POST', '/webhooks', { as: other.admin, body });

    expectInvalid(answer, 'url');
    expect(answer.text).toContain('SMTP_URL');
    await other.stop();
  });
});

/** A header as people read it (RFC 2047), and folded lines in one. */
function decoded(head: string): string {
  return head
    .replace(/\r\n[ \t]+/g, ' ')
    .replace(/\?= =\?/g, '?==?')
    .replace(/=\?UTF-8\?Q\?(.*?)\?=/gi, (_, text: string) =>
      quotedPrintable(text.replaceAll('_', ' ')),
    );
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
