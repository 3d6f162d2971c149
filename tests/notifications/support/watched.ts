import { type z } from 'zod';
import { CommandBus } from '../../../src/commands/command-bus.js';
import { commandContext } from '../../../src/commands/context.js';
import { assessHealth } from '../../../src/commands/health/health-commands.js';
import {
  DeliveryView,
  type WebhookView,
  WebhookWithSecretView,
} from '../../../src/http/resources/views.js';
import { eventually } from '../../event-store/support/waiting.js';
import { runSql } from '../../http/support/database.js';
import { read, readPage } from '../../resources/support/answers.js';
import { makeService, type Service } from '../../resources/support/making.js';
import { type Person, type TestApp } from '../../support/test-app.js';

export type Webhook = z.infer<typeof WebhookView>;
export type WebhookWithSecret = z.infer<typeof WebhookWithSecretView>;
export type Delivery = z.infer<typeof DeliveryView>;

/** Nobody waits for them longer than this; on a busy machine, some take their time. */
export const patienceMs = 30_000;

export async function makeWebhook(
  app: TestApp,
  owner: Person,
  fields: object,
): Promise<WebhookWithSecret> {
  const made = await app.call('POST', '/webhooks', { as: owner, body: fields });
  return read(made, 201, WebhookWithSecretView);
}

/** For a Watchbook whose monitor runs: nothing outside of this computer is asked. */
export const monitored = { ROLES: 'api,projector,monitor', ALLOW_LOOPBACK_CHECKS: 'true' };

/** A service that the monitor itself leaves alone for a day, after it has found nobody there. */
export function makeWatched(app: TestApp, owner: Person, fields: object = {}): Promise<Service> {
  const url = 'http://127.0.0.1:9/';
  const calm = { url, interval_seconds: 86_400, failure_threshold: 20, success_threshold: 20 };
  return makeService(app, owner, { ...calm, ...fields });
}

/** The monitor finds a service down, or up again. */
export async function find(
  { application }: TestApp,
  { id: serviceId }: Pick<Service, 'id'>,
  how: 'down' | 'up',
): Promise<void> {
  const now = new Date().toISOString();
  const [none, one] = [
    { checks: 0, since: null },
    { checks: 1, since: now },
  ];
  const isUp = how === 'up';
  const message = isUp ? 'It answered' : 'Connection refused';
  const input = {
    serviceId,
    tally: {
      up: isUp ? one : none,
      answered: isUp ? one : none,
      late: none,
      down: isUp ? none : one,
      lastTold: now,
    },
    check: {
      outcome: how,
      code: isUp ? 'ok' : 'connect_refused',
      message,
      latencyMs: isUp ? 12 : null,
      checkedAt: now,
    },
    thresholds: { failureThreshold: 1, successThreshold: 1, degradedAboveMs: null },
    schedule: { intervalSeconds: 60, timeoutMs: 1_000 },
  };
  const monitor = commandContext({ kind: 'process', id: 'monitor' });
  await application.container.get(CommandBus).execute(assessHealth, input, monitor);
}

/** What was sent to a webhook, newest first. */
export async function deliveriesOf(
  app: TestApp,
  { id }: Pick<Webhook, 'id'>,
  query = '',
): Promise<Delivery[]> {
  const answer = await app.call('GET', `/webhooks/${id}/deliveries${query}`, { as: app.admin });
  return readPage(answer, DeliveryView).data;
}

/** The newest delivery, once it is as wanted. */
export async function newestDelivery(
  app: TestApp,
  webhook: Pick<Webhook, 'id'>,
  isAsWanted: (delivery: Delivery) => boolean,
): Promise<Delivery> {
  let newest: Delivery | undefined;
  await eventually(
    'the newest delivery is as wanted',
    async () => {
      [newest] = await deliveriesOf(app, webhook);
      return newest !== undefined && isAsWanted(newest);
    },
    patienceMs,
  );
  if (newest === undefined) throw new Error('Unreachable: there is one');
  return newest;
}

/** Lets the time pass for which attempts wait. */
export async function hurry({ databaseUrl }: Pick<TestApp, 'databaseUrl'>): Promise<void> {
  await runSql(databaseUrl, `UPDATE jobs.job SET start_after = now() WHERE state < 'active'`);
}
