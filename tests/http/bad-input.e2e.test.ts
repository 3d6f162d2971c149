import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tokens } from '../../src/composition/tokens.js';
import { type AnyRoute } from '../../src/http/route.js';
import {
  TagView,
  ServiceView,
  UserView,
  RoleView,
  WebhookView,
} from '../../src/http/resources/views.js';
import { startTestApp, type TestApp, str } from '../support/test-app.js';
import { Ledger } from '../resources/support/log.js';
import { HttpClient, type WildAnswer, type WildRequest } from './support/http-client.js';
import { expectProblem } from './support/problem.js';
import { fieldsOf, type Material, nameOf, wildRequest } from './support/wild.js';

let app: TestApp;
let client: HttpClient;
let routes: readonly AnyRoute[];
let material: Material;

beforeAll(async () => {
  app = await startTestApp({
    READ_MODEL_WAIT_MS: '500',
    TRUSTED_PROXIES: '1',
    ALLOW_PRIVATE_WEBHOOKS: 'true',
  });
  client = new HttpClient(app.url);
  // Deleting comes last, so that there is something to go wrong with until then.
  routes = [...app.application.container.get(tokens.routes)].sort(
    (a, b) => Number(a.method === 'delete') - Number(b.method === 'delete'),
  );
  material = await prepare();
});
afterAll(async () => {
  client.close();
  await app.stop();
});

async function prepare(): Promise<Material> {
  const { admin } = app;
  const member = await app.person();
  const victim = await app.person('viewer');
  const made = async (path: string, body: object): Promise<string> =>
    str((await app.call('POST', path, { as: admin, body })).body['id']);
  const tag = await made('/tags', { name: 'a tag' });
  const other = await made('/tags', { name: 'another tag' });
  const service = { name: 'a service', url: 'https://example.org', type: 'http' };
  const id = await made('/services', { ...service, tags: [tag] });
  const hook = { url: 'http://127.0.0.1:9/', events: ['service.unhealthy'], tags: [tag] };
  const webhook = await made('/webhooks', hook);
  const delivery = await made(`/webhooks/${webhook}/test`, {});
  await app.call('PUT', '/roles/custom', { as: admin, body: { permissions: ['tags:read'] } });
  return {
    bodies: {
      'post /auth/login': { email: 'nobody@example.org', password: 'wrong password' },
      'post /auth/refresh': { refresh_token: 'x'.repeat(43) },
      'post /auth/logout': { refresh_token: 'x'.repeat(43) },
      'post /services': {
        ...service,
        tags: [tag],
        interval_seconds: 60,
        expect: { status: [200] },
      },
      'patch /services/{id}': { ...service, timeout_ms: 1000, degraded_above_ms: null },
      'post /services/{id}/transfer': { user_id: member.id },
      'post /services/{id}/restore': { revision: 0, accept: ['keep_owner'] },
      'post /tags': { name: 'a tag', color: '#123456' },
      'patch /tags/{id}': { name: 'a tag', color: '#123456' },
      'post /webhooks': { ...hook, services: [id] },
      'patch /webhooks/{id}': { ...hook, services: [] },
      'post /users/signup': { email: victim.email, password: 'long enough', full_name: 'N' },
      'patch /users/me': { email: admin.email, full_name: 'N' },
      'patch /users/me/password': { current_password: 'wrong', new_password: 'long enough' },
      'post /users': { email: victim.email, password: 'long enough', role: 'member' },
      'patch /users/{id}': { email: victim.email, role: 'viewer', is_active: true },
      'put /roles/{name}': { permissions: ['tags:read'] },
      'post /projections/{name}/skip': { event_id: other },
    },
    ids: [
      ['/services/', { id, tag_id: other }],
      ['/projections/', { name: 'tags', id: other }],
      ['/webhooks/', { id: webhook, delivery_id: delivery }],
      ['/tags/', { id: tag }],
      ['/users/', { id: victim.id }],
      ['/roles/', { name: 'custom' }],
    ],
    tokens: [admin.token, member.token, `${admin.token}x`, admin.token.slice(0, -9), 'a.b.c'],
  };
}

const allowed = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 429];

function expectContract({ headers }: WildRequest, answer: WildAnswer): void {
  if (answer.status < 400) {
    expect([200, 201, 202, 204, 304]).toContain(answer.status);
  } else {
    expect(allowed).toContain(answer.status);
    expectProblem(answer, answer.status);
    if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    if (answer.status === 429) expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  }
  expect(answer.headers.get('x-request-id')).toBe(headers['X-Request-Id']);
}

describe('requests of all kinds', () => {
  test('given the routes, when there is a body to send, then there is an example of it', () => {
    const withBody = routes.filter(({ body }) => fieldsOf(body).length > 0).map(nameOf);

    expect(Object.keys(material.bodies).sort()).toEqual(withBody.sort());
  });

  test('given each route, when it gets nonsense, then it answers as promised and keeps nothing', async () => {
    const refused: string[] = [];
    const seen = new Map<number, number>();
    let sent = 0;
    for (const route of routes)
      await fc.assert(
        fc.asyncProperty(wildRequest(route, material), async (request) => {
          sent += 1;
          const id = `fuzz-${sent}`;
          const traced = { ...request, headers: { ...request.headers, 'X-Request-Id': id } };
          const answer = await client.send(traced);
          expectContract(traced, answer);
          seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
          if (answer.status >= 400) refused.push(id);
        }),
        { numRuns: 45, interruptAfterTimeLimit: 400, maxSkipsPerRun: 0 },
      );

    // That a request was refused is remembered, and what its Idempotency-Key stood for.
    const ledger = await Ledger.of(app);
    const kept = (await ledger.all()).filter(
      ({ type, metadata: { requestId } }) =>
        refused.includes(requestId ?? '') && !/^Command(Refused|Keyed)$/.test(type),
    );
    await ledger.close();
    expect(kept).toEqual([]);
    // Otherwise the requests would not come far enough to tell anything.
    for (const status of [200, 400, 401, 404, 415, 422])
      expect(seen.get(status)).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(routes.length * 5);
  }, 30_000);

  test('given all that, when one looks at what was kept, then it is whole', async () => {
    expect(await (await fetch(`${app.url}/readyz`)).json()).toEqual({ status: 'ok' });
    const views = [
      ['/tags', TagView],
      ['/services', ServiceView],
      ['/users', UserView],
      ['/roles', RoleView],
      ['/webhooks', WebhookView],
    ] as const;
    for (const [path, view] of views) {
      const answer = await app.call('GET', `${path}?limit=1000`, { as: app.admin });
      expect(answer.status).toBe(200);
      for (const item of answer.list) expect(view.safeParse(item).error).toBeUndefined();
    }
  });
});
