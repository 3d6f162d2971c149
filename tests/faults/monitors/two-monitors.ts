import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { serviceStream } from '../../../src/event-store/stream-id.js';
import { Watchbook } from '../../cli/support/watchbook.js';
import { newEvent } from '../../event-store/support/events.js';
import { InMemoryPersonKeys } from '../../event-store/support/in-memory-person-keys.js';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { eventually } from '../../event-store/support/waiting.js';
import { runSql } from '../../http/support/database.js';
import { Api } from '../support/api.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { FlappingServices, Listener } from './flapping-services.js';

/** What is done to the monitors while the health of all services changes. */
export type Fault = 'nothing' | 'a monitor is killed' | 'PostgreSQL is killed';

export interface Plan {
  readonly services: number;
  readonly intervalSeconds: number;
  /** Once for each, all services go down or come back, and that happens meanwhile. */
  readonly faults: readonly Fault[];
  /** Quiet time before each of them. */
  readonly quietMs: number;
}

/** What two monitors on one database made of it. */
export interface Account {
  readonly checks: number;
  /** Asked again within a third of the interval: starts are half of it apart at least, and requests take some time. */
  readonly checkedTwice: number;
  readonly changes: number;
  readonly lostChanges: number;
  /** The same change told twice in a row. */
  readonly doubledChanges: number;
  /** Changes that nobody meant, such as a check that a busy machine let run into its timeout. */
  readonly falseAlarms: number;
  readonly lostNotifications: number;
  /** Told once more, under the same key: the answer to the first may have been lost with whoever asked. */
  readonly repeatedNotifications: number;
}

/** Two processes check the same services and tell of their health by webhook, while one of them and the database are killed. */
export async function watchWithTwo(plan: Plan, say: (line: string) => void): Promise<Account> {
  const closing: (() => Promise<unknown>)[] = [];
  try {
    return await watch(plan, say, closing);
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

async function watch(
  plan: Plan,
  say: (line: string) => void,
  closing: (() => Promise<unknown>)[],
): Promise<Account> {
  const postgres = await OwnPostgres.start();
  closing.push(() => postgres.stop());
  const [services, listener] = [await FlappingServices.start(), await Listener.start()];
  closing.push(
    () => services.stop(),
    () => listener.stop(),
  );
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-two-monitors-'));
  closing.push(() => rm(dataDir, { recursive: true }));
  const [email, password] = ['admin@example.org', 'the administrator'];
  const environment = {
    ...{ PORT: '0', DATA_DIR: dataDir, DATABASE_URL: postgres.url },
    ...{ ADMIN_EMAIL: email, ADMIN_PASSWORD: password, LOG_LEVEL: 'error' },
    ...{ ALLOW_LOOPBACK_CHECKS: 'true', ALLOW_PRIVATE_WEBHOOKS: 'true' },
  };
  const first = new Watchbook(['serve'], { ...environment, ROLES: 'api,projector,monitor' });
  closing.push(() => first.kill('SIGTERM'));
  const api = await Api.logIn(await first.listens(), email, password);
  const startSecond = async (): Promise<Watchbook> => {
    const second = new Watchbook(['serve'], { ...environment, ROLES: 'monitor' });
    await second.says(/(Watchbook runs as monitor)/);
    return second;
  };
  let second = await startSecond();
  closing.push(() => second.kill('SIGTERM'));
  await api.send('POST', '/webhooks', { body: { url: listener.url } });
  await register(plan, postgres.url, services.url);

  const changes = async (): Promise<readonly Change[]> => changesIn(postgres.url);
  const settled = (): Promise<void> =>
    eventually(
      `the log knows that all services are ${services.isUp ? 'up' : 'down'}`,
      // The database may be away at this moment.
      async () => wrongAmong(await changes().catch(() => []), plan, services) === 0,
      120_000,
    );
  await settled();
  for (const fault of plan.faults) {
    await sleep(plan.quietMs);
    services.isUp = !services.isUp;
    say(`All services are ${services.isUp ? 'back' : 'down'}; ${fault}`);
    if (fault !== 'nothing') {
      await sleep((plan.intervalSeconds * 1000) / 2);
      if (fault === 'PostgreSQL is killed') await postgres.kill('the server');
      else {
        await second.kill('SIGKILL');
        second = await startSecond();
      }
    }
    await settled();
  }
  await eventually(
    'all of it was told',
    async () => {
      await endLeases(postgres.url);
      return (await changes()).every(({ id }) => listener.events.has(id));
    },
    120_000,
  );
  // Whatever would be told twice has its chance.
  await sleep(plan.intervalSeconds * 1000);
  return account(plan, await changes(), services, listener);
}

/** What whoever was killed had in hand comes back at once: nobody alive takes longer than ten seconds for an attempt. */
async function endLeases(url: string): Promise<void> {
  await runSql(
    url,
    `UPDATE jobs.job
        SET started_on = now() - interval '2 minutes'
      WHERE state = 'active' AND started_on < now() - interval '15 seconds'`,
  );
}

/** Services of which the log says last what they are not. */
function wrongAmong(
  changes: readonly Change[],
  plan: Plan,
  { isUp }: Pick<FlappingServices, 'isUp'>,
): number {
  const last = new Map(changes.map(({ stream, to }) => [stream, to]));
  const right = [...last.values()].filter((to) => to === (isUp ? 'healthy' : 'unhealthy'));
  return plan.services - right.length;
}

interface Change {
  readonly id: string;
  readonly stream: string;
  readonly to: string;
}

async function changesIn(url: string): Promise<readonly Change[]> {
  const rows = await runSql(
    url,
    `SELECT id, stream, data ->> 'to' AS to
       FROM log.events
      WHERE type = 'ServiceHealthChanged'
      ORDER BY position`,
  );
  return rows.map(({ id, stream, to }) => ({
    ...{ id: String(id), stream: String(stream), to: String(to) },
  }));
}

/** Into the log itself: over the API, an interval is ten seconds at least. */
async function register(plan: Plan, databaseUrl: string, target: string): Promise<void> {
  const { store, close } = openPostgresEventStore(databaseUrl, new InMemoryPersonKeys());
  const { intervalSeconds } = plan;
  await Promise.all(
    Array.from({ length: plan.services }, async (_, n) => {
      const serviceId = randomUUID();
      const registered = newEvent({
        type: 'ServiceRegistered',
        data: {
          serviceId,
          ownerId: randomUUID(),
          name: `Service ${n}`,
          target: { type: 'http', url: `${target}/${n}` },
          schedule: { intervalSeconds, timeoutMs: 1_000 },
          thresholds: { failureThreshold: 1, successThreshold: 1, degradedAboveMs: null },
          expectation: defaultExpectation('http'),
        },
      });
      await store.append(serviceStream(serviceId), 'no-stream', [registered]);
    }),
  );
  await close();
}

function account(
  plan: Plan,
  changes: readonly Change[],
  services: FlappingServices,
  listener: Listener,
): Account {
  const { services: count, intervalSeconds, faults } = plan;
  const perService = new Map<string, readonly string[]>();
  for (const { stream, to } of changes)
    perService.set(stream, [...(perService.get(stream) ?? []), to]);
  const expected = faults.length + 1;
  const found = [...perService.values()];
  const sum = (each: (statuses: readonly string[]) => number): number =>
    found.reduce((total, statuses) => total + each(statuses), 0);
  return {
    checks: services.checks,
    checkedTwice: services.askedAgainWithin((intervalSeconds * 1000) / 3),
    changes: changes.length,
    lostChanges:
      (count - found.length) * expected +
      sum(({ length }) => Math.max(0, expected - length)) +
      wrongAmong(changes, plan, services),
    doubledChanges: sum((all) => all.filter((to, n) => n > 0 && to === all[n - 1]).length),
    falseAlarms: sum(({ length }) => Math.max(0, length - expected)),
    lostNotifications: changes.filter(({ id }) => !listener.events.has(id)).length,
    repeatedNotifications: listener.repetitions,
  };
}
