import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../event-store/support/waiting.js';
import {
  type JsonNode,
  type Person,
  startTestApp,
  str,
  type TestApp,
} from '../support/test-app.js';

let app: TestApp;
let member: Person;
let target: Server;
let url: string;
/** What the target answers. */
let answers = { status: 200, body: 'all is well' };

beforeAll(async () => {
  target = createServer((_, response) => {
    response.writeHead(answers.status, { Connection: 'close' }).end(answers.body);
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const address = target.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/health`;
  app = await startTestApp({ ROLES: 'api,projector,monitor', ALLOW_LOOPBACK_CHECKS: 'true' });
  member = await app.person('member');
});
afterAll(async () => {
  await app.stop();
  target.close();
});

async function registered(more: object = {}): Promise<string> {
  const body = { name: 'Shop', url, type: 'http', failure_threshold: 1, ...more };
  return str((await app.call('POST', '/services', { as: member, body })).body['id']);
}

async function get(path: string, as: Person = member): Promise<JsonNode> {
  return (await app.call('GET', path, { as })).body;
}

const becomes = (id: string, status: string): Promise<void> =>
  eventually(
    `it is ${status}`,
    async () => str((await get(`/services/${id}`))['status']) === status,
  );

describe('A service that is registered', () => {
  it('given it is up, then it is checked at once, healthy, and available', async () => {
    answers = { status: 200, body: 'all is well' };
    const id = await registered();

    await becomes(id, 'healthy');

    const service = await get(`/services/${id}`);
    expect(service).toMatchObject({ status: 'healthy', version: 0, updated_at: null });
    const page = await app.call('GET', `/services/${id}/checks`, { as: member });
    expect(page.body['count']).toBe(1);
    expect(page.list[0]).toMatchObject({ service_id: id, outcome: 'up', code: 'ok' });
    expect(service['last_checked_at']).toBe(page.list[0]?.['checked_at']);
    expect(service['latency_ms']).toBe(page.list[0]?.['latency_ms']);
    expect(service['status_since']).toBe(page.list[0]?.['checked_at']);
    expect(await get(`/services?status=healthy&q=Shop`)).toMatchObject({ count: 1 });
    expect(await get(`/services/${id}/uptime`)).toMatchObject({
      uptime: 1,
      failures: 0,
      downtime_seconds: 0,
      maintenance_seconds: 0,
    });
  });

  it('given it fails, when somebody checks it now, then it is unhealthy, and the audit says so in a sentence', async () => {
    answers = { status: 200, body: 'all is well' };
    const id = await registered({ name: 'Payments' });
    await becomes(id, 'healthy');

    answers = { status: 503, body: 'no database' };
    const checked = await app.call('POST', `/services/${id}/check`, { as: member });

    expect(checked).toMatchObject({ status: 200 });
    expect(checked.body).toMatchObject({ service_id: id, outcome: 'down', code: 'status_503' });
    await becomes(id, 'unhealthy');
    const { list } = await app.call('GET', `/audit?stream=service-health-${id}`, { as: app.admin });
    expect(list.map((entry) => entry['sentence'])).toEqual([
      expect.stringMatching(
        /^Watchbook \(monitor\) found service \*Payments\* unhealthy, which was healthy: /,
      ),
      expect.stringMatching(
        /^Watchbook \(monitor\) found service \*Payments\* healthy, which was unknown: /,
      ),
    ]);
    const before = str(list[1]?.['recorded_at']);
    expect(await get(`/services/${id}?as_of=${before}`)).toMatchObject({ status: 'healthy' });
    const uptime = await get(`/services/${id}/uptime`);
    expect(uptime).toMatchObject({ checks: 2, failures: 1 });
    expect(Number(uptime['uptime'])).toBeLessThan(1);
  });

  it('given it fails, then what it answered is for its owner and administrators only', async () => {
    answers = { status: 500, body: 'a secret of the owner' };
    const id = await registered();
    await becomes(id, 'unhealthy');
    const viewer = await app.person('viewer');

    const shown = async (as: Person): Promise<string> =>
      (await app.call('GET', `/services/${id}/checks`, { as })).text;

    expect(await shown(member)).toContain('a secret of the owner');
    expect(await shown(app.admin)).toContain('a secret of the owner');
    expect(await shown(viewer)).toContain('status_500');
    expect(await shown(viewer)).not.toContain('a secret of the owner');
    const operator = await app.person('operator');
    const now = await app.call('POST', `/services/${id}/check`, { as: operator });
    expect(now.text).not.toContain('a secret of the owner');
  });

  it('given somebody pauses it, then its health is unknown, and it can be checked all the same', async () => {
    answers = { status: 200, body: 'all is well' };
    const id = await registered();
    await becomes(id, 'healthy');

    await app.call('POST', `/services/${id}/pause`, { as: member });
    await becomes(id, 'unknown');
    const checked = await app.call('POST', `/services/${id}/check`, { as: member });

    expect(checked.body).toMatchObject({ outcome: 'up' });
    expect(await get(`/services/${id}/checks`)).toMatchObject({ count: 1 });
    await app.call('POST', `/services/${id}/resume`, { as: member });
    await becomes(id, 'healthy');
  });

  it('given somebody checks it again and again, then they are told to wait', async () => {
    const id = await registered();
    const all = await Promise.all(
      Array.from({ length: 20 }, () => app.call('POST', `/services/${id}/check`, { as: member })),
    );

    const refused = all.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(8);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(12);
  });
});

describe('Questions that make no sense', () => {
  it.each([
    ['checks?outcome=fine', 'outcome'],
    ['checks?from=yesterday', 'from'],
    ['checks?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z', 'to'],
    ['uptime?window=1y', 'window'],
    ['uptime?window=7d&from=2026-03-01T00:00:00Z', 'window'],
    ['uptime?to=2026-03-01T00:00:00Z', 'from'],
    ['uptime?from=2999-03-01T00:00:00Z', 'from'],
    ['uptime?degraded=sideways', 'degraded'],
  ])('given %s, then it is a 422 that names %s', async (question, path) => {
    const id = await registered();
    const { status, body } = await app.call('GET', `/services/${id}/${question}`, { as: member });
    expect(status).toBe(422);
    expect(body['errors']).toMatchObject([{ path }]);
  });
});
