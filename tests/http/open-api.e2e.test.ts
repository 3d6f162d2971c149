import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { tokens } from '../../src/composition/tokens.js';
import { type AnyRoute } from '../../src/http/route.js';
import { startTestApp, type TestApp, str } from '../support/test-app.js';
import { ProblemBody } from './support/problem.js';

const Schema = z.record(z.string(), z.unknown());
const Content = z.record(z.string(), z.strictObject({ schema: Schema }));
const Parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query', 'header']),
  required: z.boolean(),
  description: z.string().optional(),
  schema: Schema,
});
const Operation = z.strictObject({
  operationId: z.string().regex(/^[a-z]\w+$/),
  summary: z.string().min(1),
  description: z.string().optional(),
  tags: z.array(z.string()).length(1),
  security: z.array(z.strictObject({ bearer: z.tuple([]) })),
  parameters: z.array(Parameter),
  requestBody: z.strictObject({ required: z.boolean(), content: Content }).optional(),
  responses: z.record(
    z.string().regex(/^([1-5]\d\d|default)$/),
    z.strictObject({ description: z.string().min(1), content: Content.optional() }),
  ),
});
const Document = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.looseObject({ title: z.string(), version: z.string() }),
  servers: z.array(z.strictObject({ url: z.string() })),
  tags: z.array(z.strictObject({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'post', 'put', 'patch', 'delete']), Operation),
  ),
  components: z.strictObject({
    securitySchemes: z.strictObject({ bearer: z.looseObject({ type: z.literal('http') }) }),
    schemas: z.record(z.string(), Schema),
  }),
});

let app: TestApp;
let document: z.infer<typeof Document>;
let routes: readonly AnyRoute[];
beforeAll(async () => {
  app = await startTestApp({ ALLOW_PRIVATE_WEBHOOKS: 'true' });
  document = Document.parse(await (await fetch(`${app.url}/openapi.json`)).json());
  routes = app.application.container.get(tokens.routes);
});
afterAll(() => app.stop());

function operations(): [string, z.infer<typeof Operation>][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, z.infer<typeof Operation>] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

describe('the document', () => {
  test('given the routes, when described, then every one is there, and no other', () => {
    const known = routes.map(({ method, path }) => `${method} /api/v1${path}`);

    expect(
      operations()
        .map(([name]) => name)
        .sort(),
    ).toEqual(known.sort());
    expect(known.length).toBeGreaterThan(20);
  });

  test('given its operations, when compared, then ids are unique and tags declared', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    const declared = document.tags.map(({ name }) => name);

    expect(new Set(ids).size).toBe(ids.length);
    for (const [, { tags }] of operations()) expect(declared).toEqual(expect.arrayContaining(tags));
  });

  test('given a path, when it has parameters, then they are declared, required and no others', () => {
    for (const [name, { parameters }] of operations()) {
      const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const declared = parameters.filter((parameter) => parameter.in === 'path');
      expect([name, declared.map((parameter) => parameter.name)]).toEqual([name, inPath]);
      expect(declared.every(({ required }) => required)).toBe(true);
      const all = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(all).size).toBe(all.length);
    }
  });

  test('given a route, when it answers, then every status but 204 has a schema', () => {
    for (const { method, path, answers } of routes) {
      const operation = Operation.parse(
        Object.entries(document.paths[`/api/v1${path}`] ?? {}).find(([m]) => m === method)?.[1],
      );
      for (const status of Object.keys(answers)) expect(operation.responses).toHaveProperty(status);
      for (const [status, { content }] of Object.entries(operation.responses))
        expect([path, status, content === undefined]).toEqual([path, status, status === '204']);
    }
  });

  test('given errors, when described, then each is the problem that is sent', async () => {
    const described = z.fromJSONSchema(document.components.schemas['Problem'] ?? {});
    const problem = ProblemBody.parse((await app.call('GET', '/tags')).body);

    expect(described.safeParse(problem).success).toBe(true);
    for (const [name, { responses }] of operations())
      expect([name, Object.keys(responses['default']?.content ?? {})]).toEqual([
        name,
        ['application/problem+json'],
      ]);
  });

  test('given a route for users, when described, then it wants a token', () => {
    const open = operations().filter(([, { security }]) => security.length === 0);

    expect(open.map(([name]) => name).sort()).toEqual([
      'post /api/v1/auth/login',
      'post /api/v1/auth/logout',
      'post /api/v1/auth/refresh',
      'post /api/v1/users/signup',
    ]);
  });
});

describe('what is really answered', () => {
  test('given some of everything, when each GET is called, then its answer is as described', async () => {
    const tag = await app.call('POST', '/tags', { as: app.admin, body: { name: 'a tag' } });
    const service = await app.call('POST', '/services', {
      as: app.admin,
      body: {
        name: 'a service',
        url: 'https://example.org',
        type: 'http',
        tags: [str(tag.body['id'])],
      },
    });
    const rebuild = await app.call('POST', '/projections/tags/rebuild', { as: app.admin });
    const url = 'http://127.0.0.1:9/';
    const webhook = await app.call('POST', '/webhooks', { as: app.admin, body: { url } });
    const hook = str(webhook.body['id']);
    const test = await app.call('POST', `/webhooks/${hook}/test`, { as: app.admin });
    const known: Record<string, string> = {
      '/webhooks/{id}': hook,
      '/webhooks/{id}/deliveries': hook,
      '/webhooks/{id}/deliveries/{delivery_id}': `${hook}/deliveries/${str(test.body['id'])}`,
      '/tags/{id}': str(tag.body['id']),
      '/services/{id}': str(service.body['id']),
      '/services/{id}/history': str(service.body['id']),
      '/services/{id}/checks': str(service.body['id']),
      '/services/{id}/uptime': str(service.body['id']),
      '/users/{id}': app.admin.id,
      '/users/{id}/permissions': app.admin.id,
      '/roles/{name}': 'member',
      '/projections/{name}': 'tags',
      '/projections/{name}/rebuilds/{id}': `tags/rebuilds/${str(rebuild.body['id'])}`,
    };

    for (const { method, path, answers } of routes.filter(({ method }) => method === 'get')) {
      const where = path.replace(/\{.*\}/, known[path] ?? '{missing}');
      const answer = await app.call(method.toUpperCase(), where, { as: app.admin });
      expect([where, answer.status]).toEqual([where, 200]);
      if (answers[200]?.types !== undefined) {
        const [type] = answers[200].types;
        expect([where, answer.headers.get('content-type')]).toEqual([
          where,
          `${type}; charset=utf-8`,
        ]);
        continue;
      }
      const own = answers[200]?.body?.safeParse(answer.body);
      expect([where, own?.error?.issues]).toEqual([where, undefined]);
      const schema = document.paths[`/api/v1${path}`]?.get?.responses['200']?.content;
      const told = z.fromJSONSchema(schema?.['application/json']?.schema ?? { not: {} });
      expect([where, told.safeParse(answer.body).error?.issues]).toEqual([where, undefined]);
    }
  });

  test('given a login, when it answers, then it is as described', async () => {
    const { email, password } = app.admin;
    const answer = await app.call('POST', '/auth/login', { body: { email, password } });

    const login = routes.find(({ path }) => path === '/auth/login');
    expect(login?.answers[200]?.body?.safeParse(answer.body).error).toBeUndefined();
  });
});

describe('/docs', () => {
  test('given the page, when opened, then all of it comes from this server', async () => {
    const page = await fetch(`${app.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.url).toBe(`${app.url}/docs/`);
    expect(page.headers.get('content-type')).toContain('text/html');
    const html = await page.text();
    expect(html).toContain('<title>Watchbook API</title>');

    const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, asset]) => asset ?? '');
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const url = new URL(asset, page.url);
      expect(url.origin).toBe(app.url);
      const answer = await fetch(url);
      const type = answer.headers.get('content-type') ?? '';
      expect([asset, answer.status, (await answer.text()).length > 0]).toEqual([asset, 200, true]);
      // Otherwise `nosniff` keeps the browser from using it.
      if (asset.endsWith('.js')) expect(type).toContain('javascript');
      if (asset.endsWith('.css')) expect(type).toContain('text/css');
    }
  });

  test('given its policy, when a browser keeps to it, then nothing comes from elsewhere', async () => {
    const page = await fetch(`${app.url}/docs/`);
    const policy = page.headers.get('content-security-policy') ?? '';
    const directives = new Map(
      policy.split(';').map((directive): [string, string[]] => {
        const [name = '', ...sources] = directive.trim().split(/\s+/);
        return [name, sources];
      }),
    );

    const local = ["'self'", "'none'", "'unsafe-inline'", 'data:'];
    for (const [, sources] of directives) expect(local).toEqual(expect.arrayContaining(sources));
    expect(directives.get('default-src')).toEqual(["'self'"]);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    // Without an inline script, the page works under this policy.
    expect(await page.text()).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
  });

  test('given an address below it that is nothing, when asked, then 404', async () => {
    for (const path of ['/docs/nonsense', '/docs/%zz', '/docs/..%2f..%2fpackage.json', '/docs/%00'])
      expect([path, (await fetch(`${app.url}${path}`)).status]).toEqual([path, 404]);
  });
});
