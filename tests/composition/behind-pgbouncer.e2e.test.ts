import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { connect } from '../../src/platform/postgres.js';
import { expectProblem } from '../http/support/problem.js';
import { DataFolder } from '../cli/support/data-folder.js';
import { Watchbook } from '../cli/support/watchbook.js';
import { Receiver } from '../notifications/support/receiver.js';
import { makeWebhook, monitored, newestDelivery } from '../notifications/support/watched.js';
import { eventually } from '../event-store/support/waiting.js';
import { describeBehindPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { startTestApp, str, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

describeBehindPgBouncer('A Watchbook behind PgBouncer in transaction mode', () => {
  let database: TestDatabase;
  let bouncer: PgBouncer;
  let all: TestApp;
  let api: TestApp;
  beforeAll(async () => {
    database = await createTestDatabase();
    bouncer = await PgBouncer.start(database.url);
    const environment = {
      DATABASE_URL: bouncer.url,
      JWT_SECRET: 'a secret that both of them share',
      ALLOW_PRIVATE_WEBHOOKS: 'true',
    };
    all = await startTestApp({ ...environment, ...monitored });
    api = await startTestApp({ ...environment, ROLES: 'api' });
  });
  afterAll(async () => {
    await api.stop();
    await all.stop();
    await Watchbook.killAll();
    await bouncer.stop();
    await database.drop();
  });

  it('given a new database and many requests, then two processes serve from it as ever', async () => {
    const member = await all.person('member');

    const names = Array.from({ length: 60 }, (_, n) => `tag ${n}`);
    const made = await Promise.all(
      names.map((name, n) =>
        (n % 2 === 0 ? all : api).call('POST', '/tags', { as: member, body: { name } }),
      ),
    );

    expect(made.map(({ status }) => status)).toEqual(names.map(() => 201));
    for (const app of [all, api]) expect((await tagsOf(app, member)).sort()).toEqual(names.sort());
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
    // As many as PgBouncer's pool may hold, or fewer; those of two Watchbooks are many more.
    const connections = await connectionsOfWatchbook();
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThanOrEqual(3);
  });

  it('given a session that has just begun in one process, then the other one knows it at once', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const as = await all.person('member');
      statuses.push((await api.call('GET', '/users/me', { as })).status);
    }

    expect(statuses).toEqual([200, 200, 200, 200, 200]);
  });

  it('given a read model is to be compared there, then it is a 409 that says what to do instead', async () => {
    const answer = await all.call('POST', '/projections/tags/verify', { as: all.admin });

    expect(expectProblem(answer, 409).detail).toMatch(/leads to PostgreSQL itself/);
  });

  it('given a service, when somebody registers it, then it is checked there, too', async () => {
    const body = { name: 'Nobody', url: 'http://127.0.0.1:9/', type: 'http', failure_threshold: 1 };
    const made = await all.call('POST', '/services', { as: all.admin, body });

    await eventually('it is known', async () => {
      const found = await all.call('GET', `/services/${str(made.body['id'])}`, { as: all.admin });
      return str(found.body['status']) === 'unhealthy';
    });
  });

  it('given a webhook, when it is tried in one process, then the other one sends', async () => {
    const receiver = await Receiver.start();
    const webhook = await makeWebhook(api, api.admin, { url: receiver.url });

    await api.call('POST', `/webhooks/${webhook.id}/test`, { as: api.admin });

    await newestDelivery(api, webhook, ({ outcome }) => outcome === 'delivered');
    await receiver.stop();
  });

  it('given nobody told Watchbook, then it does not start, and says how to tell it', async () => {
    const folder = await DataFolder.make();
    const url = new URL(bouncer.plainUrl);
    const ended = await Watchbook.run(['serve'], {
      DATABASE_URL: url.href,
      DATA_DIR: folder.dataDir,
      PORT: '0',
    });
    await folder.remove();

    url.password = '';
    expect(ended.code).toBe(1);
    expect(ended.stderr).toBe(
      `The database at ${url.href} is behind PgBouncer. Add the parameter pgbouncer=true to ` +
        'DATABASE_URL, as in postgres://…/watchbook?pgbouncer=true.\n',
    );
  });

  async function tagsOf(app: TestApp, as: { token: string }): Promise<string[]> {
    const { list } = await app.call('GET', '/tags?limit=100', { as });
    return list.map(({ name }) => str(name));
  }

  /** On the server. */
  async function connectionsOfWatchbook(): Promise<number> {
    const client = await connect(database.url);
    try {
      const { rows } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND backend_type = 'client backend'`,
      );
      return rows.length;
    } finally {
      await client.end();
    }
  }
});
