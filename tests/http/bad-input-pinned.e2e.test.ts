import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { Ledger } from '../resources/support/log.js';
import { expectProblem, pathsOf } from './support/problem.js';
import { parseAnswer, request, sendBytes } from './support/raw.js';

let app: TestApp;
let ledger: Ledger;
beforeAll(async () => {
  app = await startTestApp();
  ledger = await Ledger.of(app);
});
afterAll(async () => {
  await ledger.close();
  await app.stop();
});

const id = '00000000-0000-7000-8000-000000000000';
const nul = 'Must not hold NUL characters or half surrogate pairs';
const url = 'https://example.org';
const unknown = 'There is no such field';

describe('queries', () => {
  const cases: [string, string, string][] = [
    ['/tags?skip=-1', 'skip', 'Must be a whole number'],
    ['/tags?skip=', 'skip', 'Must be a whole number'],
    ['/tags?skip=0x10', 'skip', 'Must be a whole number'],
    ['/tags?skip=1e3', 'skip', 'Must be a whole number'],
    ['/tags?skip=1.0', 'skip', 'Must be a whole number'],
    ['/tags?skip=+1', 'skip', 'Must be a whole number'],
    ['/tags?skip=%201', 'skip', 'Must be a whole number'],
    ['/tags?skip=%D9%A1', 'skip', 'Must be a whole number'],
    ['/tags?skip=99999999999999999999', 'skip', 'Must be a whole number'],
    ['/tags?limit=0', 'limit', 'Must be 1 to 1000'],
    ['/tags?limit=1001', 'limit', 'Must be 1 to 1000'],
    ['/tags?limit=NaN', 'limit', 'Must be a whole number'],
    ['/tags?skip=1&skip=1', 'skip', 'Invalid input: expected string, received array'],
    ['/tags?q=%00', 'q', nul],
    ['/services?tag=x', 'tag', 'Must be a UUID'],
    ['/services?user_id=x', 'user_id', 'Must be a UUID'],
    ['/tags?Limit=1', 'Limit', unknown],
    ['/tags?skip[]=1', 'skip[]', unknown],
    ['/tags?__proto__=1', '__proto__', unknown],
    ['/tags?=1', '', unknown],
    ['/permissions?skip=1', 'skip', unknown],
    ['/users/me?x', 'x', unknown],
  ];
  test.each(cases)('given %s, when asked, then 422 names %s: %s', async (path, field, message) => {
    const answer = await app.call('GET', path, { as: app.admin });

    expect(expectProblem(answer, 422).errors).toEqual([{ path: field, message }]);
  });

  test.each([
    'sort=size',
    'sort=',
    'sort=name,color',
    'sort=--name',
    'sort=-',
    'sort=name&sort=color',
  ])('given %s, when asked, then 422 names it', async (query) => {
    const answer = await app.call('GET', `/tags?${query}`, { as: app.admin });

    expect(pathsOf(expectProblem(answer, 422))).toEqual(['sort']);
  });

  test('given the farthest page, when asked, then it is empty', async () => {
    const answer = await app.call('GET', '/tags?skip=999999999&limit=1000', { as: app.admin });

    expect(answer.status).toBe(200);
    expect(answer.list).toEqual([]);
  });
});

describe('paths', () => {
  const cases: [string, number][] = [
    ['/tags/%00', 422],
    ['/projections/%00', 422],
    [`/tags/${id}%00`, 422],
    ['/tags/%zz', 400],
    ['/tags/%c3', 400],
    ['/tags/%ff', 400],
    [`/tags/${id}x`, 422],
    [`/tags/{${id}}`, 422],
    [`/tags/${id.replaceAll('-', '')}`, 422],
    [`/tags/${id.toUpperCase()}`, 404],
    ['/tags/..%2fusers', 422],
    [`/tags/${'x'.repeat(4000)}`, 422],
    [`/tags/${id}/more`, 404],
    ['/roles/%E2%82%AC', 422],
    ['/roles/Member', 422],
    ['/roles/nobody', 404],
    ['/roles/__proto__', 422],
    ['/roles/constructor', 404],
    ['//tags', 404],
    ['/tags//', 404],
  ];
  test.each(cases)('given %s, when asked, then %i', async (path, status) => {
    expectProblem(await app.call('GET', path, { as: app.admin }), status);
  });

  test('given dots in a path, when they are not resolved by the client, then 404', async () => {
    const raw = request('GET /api/v1/tags/../users', [`Authorization: Bearer ${app.admin.token}`]);

    expectProblem(parseAnswer(await sendBytes(app.url, raw)), 404);
  });
});

describe('bodies', () => {
  const service = { name: 'x', url, type: 'http' };
  const cases: [string, string, string, string[]][] = [
    ['POST', '/tags', '{"name":"a\\u0000b"}', ['name']],
    ['POST', '/tags', '{"name":"\\ud800"}', ['name']],
    ['POST', '/tags', '{"name":"a\\u0007b"}', ['name']],
    ['POST', '/tags', '{"name":"   "}', ['name']],
    ['POST', '/tags', JSON.stringify({ name: 'x'.repeat(51) }), ['name']],
    ['POST', '/tags', '{"name":["x"]}', ['name']],
    ['POST', '/tags', '{"name":null}', ['name']],
    ['POST', '/tags', '{"name":"x","color":"#12345"}', ['color']],
    ['POST', '/tags', '{"name":"x","__proto__":{"a":1}}', ['__proto__']],
    ['POST', '/tags', '{"name":"x","constructor":1}', ['constructor']],
    ['POST', '/tags', `{"name":"x","created_by_id":"${id}"}`, ['created_by_id']],
    ['POST', '/tags', `{"name":${'['.repeat(20_000)}${']'.repeat(20_000)}}`, ['name']],
    ['PATCH', `/tags/${id}`, '{"color":1}', ['color']],
    ['POST', '/services', '{}', ['name', 'type', 'url']],
    ['POST', '/services', JSON.stringify({ ...service, url: 'ftp://x' }), ['url']],
    ['POST', '/services', JSON.stringify({ ...service, url: `${url}/\0` }), ['url']],
    ['POST', '/services', JSON.stringify({ ...service, timeout_ms: 1e308 }), ['timeout_ms']],
    ['POST', '/services', JSON.stringify({ ...service, timeout_ms: '1000' }), ['timeout_ms']],
    ['POST', '/services', JSON.stringify({ ...service, timeout_ms: 60_000 }), ['timeout_ms']],
    ['POST', '/services', JSON.stringify({ ...service, status: 'healthy' }), ['status']],
    ['POST', '/services', JSON.stringify({ ...service, tags: ['x'] }), ['tags.0']],
    ['POST', '/services', JSON.stringify({ ...service, expect: { x: 1 } }), ['expect.x']],
    ['POST', `/services/${id}/pause`, '{"a":1}', ['a']],
    ['POST', '/users', '{"email":"x","password":"long enough"}', ['email']],
    ['POST', '/users', '{"email":"a@b.example","password":"short"}', ['password']],
    ['POST', '/users', '{"email":"a@b.example","password":"long\\u0000enough"}', ['password']],
    [
      'POST',
      '/users/signup',
      '{"email":"a@b.example","password":"12345678","role":"admin"}',
      ['role'],
    ],
    ['PATCH', '/users/me', '{"is_superuser":true}', ['is_superuser']],
    ['PUT', '/roles/mine', '{"permissions":["everything"]}', ['permissions.0']],
    ['POST', '/auth/login', '{"email":"a","password":"b","username":"c"}', ['username']],
    ['POST', '/auth/refresh', '{"refresh_token":""}', ['refresh_token']],
  ];
  test.each(cases)(
    'given body %#, when sent with %s to %s, then 422 names the field',
    async (method, path, raw, fields) => {
      const before = await ledger.end();
      const headers = { 'Content-Type': 'application/json' };
      const answer = await app.call(method, path, { as: app.admin, raw, headers });

      expect([...new Set(pathsOf(expectProblem(answer, 422)))].sort()).toEqual(fields);
      expect(await ledger.end()).toBe(before);
    },
  );
});

describe('what is no HTTP any more', () => {
  test('given 8 kB of headers, when sent, then they are no problem', async () => {
    const headers = { 'X-Much': 'x'.repeat(8_000) };

    expect((await app.call('GET', '/permissions', { as: app.admin, headers })).status).toBe(200);
  });

  test('given a token of 8 kB, when sent, then it is not valid', async () => {
    const as = { token: `${'x'.repeat(4_000)}.${'x'.repeat(4_000)}.x` };

    expectProblem(await app.call('GET', '/permissions', { as }), 401, 'Invalid token');
  });

  const oddities: [string, string, number][] = [
    ['headers without end', request('GET /livez', [`X-Much: ${'x'.repeat(20_000)}`]), 431],
    ['a NUL in a header', request('GET /livez', ['X-Nul: a\0b']), 400],
    ['a space before the colon', request('GET /livez', ['X-Space : a']), 400],
    ['two lengths', request('POST /livez', ['Content-Length: 1', 'Content-Length: 2'], 'xx'), 400],
    [
      'length and chunks',
      request('POST /livez', ['Content-Length: 1', 'Transfer-Encoding: chunked']),
      400,
    ],
    ['no host', 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a raw NUL in the path', request('GET /livez\0'), 400],
    ['a method nobody knows', request('BREW /livez'), 400],
  ];
  test.each(oddities)(
    'given %s, when sent, then it is refused, and others are served',
    async (_, bytes, status) => {
      expect(parseAnswer(await sendBytes(app.url, bytes)).status).toBe(status);

      expect((await fetch(`${app.url}/livez`)).status).toBe(200);
    },
  );

  test('given a whole address instead of a path, when asked as by a proxy, then it works', async () => {
    const raw = request('GET http://elsewhere/livez');

    expect(parseAnswer(await sendBytes(app.url, raw)).status).toBe(200);
  });
});
