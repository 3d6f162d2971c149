import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem, pathsOf } from './support/problem.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

const nobody = '00000000-0000-7000-8000-000000000000';

describe('an error', () => {
  const cases: [string, string, string, number, string][] = [
    ['an unknown address', 'GET', '/nothing', 404, 'There is nothing at this address'],
    ['the base path itself', 'GET', '', 404, 'There is nothing at this address'],
    ['the wrong case', 'GET', '/Tags', 404, 'There is nothing at this address'],
    ['an unknown service', 'GET', `/services/${nobody}`, 404, 'Service not found'],
    ['an unknown tag', 'GET', `/tags/${nobody}`, 404, 'Tag not found'],
    ['an unknown user', 'GET', `/users/${nobody}`, 404, 'User not found'],
    ['a parameter nobody knows', 'GET', '/tags?colour=red', 422, 'Some fields are not valid'],
    ['an id that is none', 'GET', '/tags/1', 422, 'Some fields are not valid'],
    ['a command without its fields', 'POST', '/tags', 422, 'Some fields are not valid'],
    ['broken percent signs', 'GET', '/tags/%zz', 400, 'Invalid input'],
  ];
  test.each(cases)(
    'given %s, when asked, then it is a problem',
    async (_, method, path, ...how) => {
      const answer = await app.call(method, path, { as: app.admin });

      const [status, detail] = how;
      const problem = expectProblem(answer, status, detail);
      expect(problem.instance).toBe(`/api/v1${path.split('?')[0] ?? ''}`);
    },
  );

  test('given several wrong fields, when sent, then all are named at once', async () => {
    const body = { name: '', color: 'red', size: 3 };

    const answer = await app.call('POST', '/tags', { as: app.admin, body });

    expect(pathsOf(expectProblem(answer, 422)).sort()).toEqual(['color', 'name', 'size']);
  });

  test('given a login without password, when sent, then that field is named', async () => {
    const answer = await app.call('POST', '/auth/login', { body: { email: 'a@example.org' } });

    expect(expectProblem(answer, 422).errors).toEqual([{ path: 'password', message: 'Required' }]);
  });

  test('given a body that is JSON and no object, when sent, then it is not valid', async () => {
    for (const raw of ['[]', 'null', '"text"', '1']) {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await app.call('POST', '/tags', { as: app.admin, raw, headers });
      expect(pathsOf(expectProblem(answer, 422))).toEqual(['']);
    }
  });
});

describe('X-Request-Id', () => {
  const asking = async (id?: string): Promise<string | null> => {
    const answer = await app.call('GET', '/permissions', {
      as: app.admin,
      ...(id !== undefined && { headers: { 'X-Request-Id': id } }),
    });
    expect(answer.status).toBe(200);
    return answer.headers.get('x-request-id');
  };

  test('given none, when asked twice, then each answer has one of its own', async () => {
    const [first, second] = [await asking(), await asking()];

    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(second).not.toBe(first);
  });

  test.each(['trace-1', 'a.b:c_D-9', 'x'.repeat(128)])(
    'given %s, when asked, then it is taken over',
    async (id) => {
      expect(await asking(id)).toBe(id);
    },
  );

  test.each(['', 'with space', 'x'.repeat(129), 'ümlaut', '<script>'])(
    'given %p, when asked, then it is replaced',
    async (id) => {
      expect(await asking(id)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );

  test('given an id, when a command is sent with it, then it works and leads to its events', async () => {
    const headers = { 'X-Request-Id': 'my.request:1' };
    const answer = await app.call('POST', '/tags', {
      as: app.admin,
      body: { name: 'id' },
      headers,
    });

    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-request-id')).toBe('my.request:1');
  });
});

describe('methods and addresses', () => {
  test('given a trailing slash, when asked, then it is the same route', async () => {
    const plain = await app.call('GET', '/permissions', { as: app.admin });
    const slashed = await app.call('GET', '/permissions/', { as: app.admin });

    expect(plain.status).toBe(200);
    expect(slashed.text).toBe(plain.text);
  });

  test('given HEAD, when asked, then the answer is that of GET without its body', async () => {
    const get = await app.call('GET', '/users/me', { as: app.admin });
    const head = await app.call('HEAD', '/users/me', { as: app.admin });

    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    for (const name of ['content-type', 'content-length', 'etag'])
      expect([name, head.headers.get(name)]).toEqual([name, get.headers.get(name)]);
  });

  test('given HEAD, when it fails, then it says so without a body', async () => {
    const head = await app.call('HEAD', '/users/me');

    expect(head.status).toBe(401);
    expect(head.headers.get('content-type')).toContain('application/problem+json');
    expect(head.text).toBe('');
  });

  const allowed: [string, string, string][] = [
    ['/tags', 'PUT', 'GET, POST, HEAD, OPTIONS'],
    [`/tags/${nobody}`, 'POST', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['/users/me', 'PUT', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
    ['/users/signup', 'GET', 'POST, OPTIONS'],
    ['/users/me/password', 'HEAD', 'PATCH, OPTIONS'],
    [`/services/${nobody}/pause`, 'GET', 'POST, OPTIONS'],
    ['/auth/login', 'DELETE', 'POST, OPTIONS'],
    ['/tags/', 'PUT', 'GET, POST, HEAD, OPTIONS'],
  ];
  test.each(allowed)(
    'given %s, when %s is tried, then 405 says what it does, as does OPTIONS',
    async (path, method, allow) => {
      const refused = await app.call(method, path);
      const options = await app.call('OPTIONS', path);

      if (method === 'HEAD') expect(refused.status).toBe(405);
      else expectProblem(refused, 405);
      expect(refused.headers.get('allow')).toBe(allow);
      expect(options.status).toBe(204);
      expect(options.text).toBe('');
      expect(options.headers.get('allow')).toBe(allow);
    },
  );

  test.each(['/livez', '/readyz', '/openapi.json', '/docs/'])(
    'given %s, when something is sent to it, then 405: it can only be read',
    async (path) => {
      const answer = await fetch(`${app.url}${path}`, { method: 'POST' });

      const { status, headers } = answer;
      expectProblem({ status, headers, text: await answer.text() }, 405);
      expect(headers.get('allow')).toBe('GET, HEAD, OPTIONS');
      const options = await fetch(`${app.url}${path}`, { method: 'OPTIONS' });
      expect(options.status).toBe(204);
      expect((await fetch(`${app.url}${path}`, { method: 'HEAD' })).status).toBe(200);
    },
  );
});

describe('Accept', () => {
  const asking = (accept: string): ReturnType<TestApp['call']> =>
    app.call('GET', '/permissions', { as: app.admin, headers: { Accept: accept } });

  test.each(['*/*', 'application/json', 'application/*;q=0.1', 'text/html, */*;q=0.8'])(
    'given %s, when asked, then JSON will do',
    async (accept) => {
      expect((await asking(accept)).status).toBe(200);
    },
  );

  test.each(['text/html', 'application/xml', 'application/json;q=0', 'nonsense'])(
    'given %s, when asked, then 406',
    async (accept) => {
      expectProblem(await asking(accept), 406);
    },
  );
});

describe('the process', () => {
  test('given all is well, when asked, then it is alive and ready', async () => {
    for (const path of ['/livez', '/readyz', '/livez/']) {
      const answer = await fetch(`${app.url}${path}`);
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ status: 'ok' });
      expect(answer.headers.get('x-request-id')).not.toBeNull();
    }
  });
});
