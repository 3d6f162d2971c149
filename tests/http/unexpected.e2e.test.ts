import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { pino } from 'pino';
import { z } from 'zod';
import { TokenKey } from '../../src/accounts/access-tokens.js';
import { createApp } from '../../src/http/app.js';
import { Authentication } from '../../src/http/authentication.js';
import { route } from '../../src/http/define-route.js';
import { none } from '../../src/http/route.js';
import { runSql } from './support/database.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem } from './support/problem.js';

/** What an error of a library may look like. */
class LibraryError extends Error {
  readonly sql = 'SELECT hash FROM secrets.credentials WHERE id = $1';
  readonly detail = 'Key (hash)=(geheim) exists';
}

describe('a bug', () => {
  const lines: string[] = [];
  let server: Server;
  let url: string;
  beforeAll(async () => {
    const nobody = {
      byId: () => undefined,
      byEmail: () => undefined,
      isRoleInUse: () => false,
      catchUp: () => Promise.resolve(),
    };
    const app = createApp({
      routes: [
        route({
          method: 'get',
          path: '/bug',
          summary: 'Fails',
          tag: 'test',
          access: 'public',
          kind: 'query',
          params: none,
          query: none,
          body: none,
          answers: { 200: { description: 'Never', body: z.object({}) } },
          handle: () => Promise.reject(new LibraryError('relation "secrets.credentials" is gone')),
        }),
      ],
      authentication: new Authentication(new TokenKey('x'.repeat(32)), nobody),
      health: () => Promise.resolve({}),
      log: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }),
      trustedProxies: 0,
    });
    server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}/api/v1/bug`;
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test('given an error nobody expected, when it is answered, then it gives nothing away', async () => {
    const response = await fetch(url);

    const { status, headers } = response;
    const text = await response.text();
    expectProblem({ status, headers, text }, 500, 'Something went wrong on our side');
    expect(text).not.toMatch(/relation|secrets|geheim|LibraryError/);
  });

  test('given the same error, when one looks for the request id, then the log says what it was', async () => {
    lines.length = 0;
    await (await fetch(url, { headers: { 'X-Request-Id': 'find-me' } })).text();

    const line = lines.find((each) => each.includes('A request failed')) ?? '';
    expect(line).toContain('"request_id":"find-me"');
    expect(line).toContain('secrets.credentials\\" is gone');
  });
});

describe('a database that is not as it should be', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp();
  });
  afterAll(() => app.stop());

  test('given missing tables, when whatever needs them is called, then errors stay generic', async () => {
    await runSql(
      app.databaseUrl,
      `ALTER TABLE secrets.login_attempts RENAME TO gone_a;
       ALTER TABLE secrets.credentials RENAME TO gone_b;
       ALTER TABLE read.tags RENAME TO gone_c;
       ALTER TABLE secrets.refresh_tokens RENAME TO gone_d`,
    );
    const answers: Answer[] = [
      await app.call('POST', '/auth/login', { body: { email: 'a@b.example', password: 'x' } }),
      await app.call('POST', '/auth/refresh', { body: { refresh_token: 'x' } }),
      await app.call('POST', '/users/signup', {
        body: { email: 'c@d.example', password: 'long enough' },
      }),
      await app.call('GET', '/tags', { as: app.admin }),
    ];

    for (const answer of answers) {
      expect([500, 503]).toContain(answer.status);
      expectProblem(answer, answer.status);
      expect(answer.text).not.toMatch(/gone|does not exist|42P01/);
    }
  });
});
