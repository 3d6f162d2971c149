import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, type Person, startTestApp, type TestApp, str } from '../support/test-app.js';
import { expectProblem } from '../http/support/problem.js';
import { runSql } from '../http/support/database.js';

let app: TestApp;
let person: Person;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());
beforeEach(async () => {
  person = await app.person();
});

async function newSession(): Promise<string> {
  const { email, password } = person;
  return refreshTokenOf(await app.call('POST', '/auth/login', { body: { email, password } }));
}

const refresh = (refresh_token: string): Promise<Answer> =>
  app.call('POST', '/auth/refresh', { body: { refresh_token } });
const logOut = (refresh_token: string): Promise<Answer> =>
  app.call('POST', '/auth/logout', { body: { refresh_token } });
const refreshTokenOf = ({ body }: Answer): string => str(body['refresh_token']);

const expectRefused = (answer: Answer): void => {
  expectProblem(answer, 401, 'Invalid token');
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
};

describe('refreshing', () => {
  test('given a refresh token, when used, then there are new tokens that work', async () => {
    const first = await newSession();

    const answer = await refresh(first);

    expect(answer.status).toBe(200);
    expect(refreshTokenOf(answer)).not.toBe(first);
    const token = str(answer.body['access_token']);
    expect((await app.call('GET', '/users/me', { as: { token } })).status).toBe(200);
    expect((await refresh(refreshTokenOf(answer))).status).toBe(200);
  });

  test('given a used token, when used again, then its whole family ends, and no other', async () => {
    const [first, elsewhere] = [await newSession(), await newSession()];
    const second = refreshTokenOf(await refresh(first));

    expectRefused(await refresh(first));

    expectRefused(await refresh(second));
    expect((await refresh(elsewhere)).status).toBe(200);
  });

  test('given one token, when used many times at once, then one succeeds, and all end', async () => {
    for (let round = 0; round < 5; round += 1) {
      const token = await newSession();

      const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(token)));

      const good = answers.filter(({ status }) => status === 200);
      expect(good).toHaveLength(1);
      for (const answer of answers) if (answer.status !== 200) expectRefused(answer);
      for (const answer of good) expectRefused(await refresh(refreshTokenOf(answer)));
    }
  });

  test('given a token nobody made, when used, then 401', async () => {
    expectRefused(await refresh('x'.repeat(43)));
  });

  test('given a token whose time is over, when used, then 401', async () => {
    const token = await newSession();
    const expire = "UPDATE secrets.refresh_tokens SET expires_at = now() - interval '1 second'";
    await runSql(app.databaseUrl, `${expire} WHERE user_id = $1`, [person.id]);

    expectRefused(await refresh(token));
  });

  test('given tokens in the database, when read there, then they are of no use', async () => {
    const token = await newSession();
    const rows = await runSql(app.databaseUrl, 'SELECT * FROM secrets.refresh_tokens');

    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(token).toString('hex'));
  });
});

describe('logging out', () => {
  test('given a session, when logged out, then it cannot be refreshed', async () => {
    const token = await newSession();

    const answer = await logOut(token);

    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expectRefused(await refresh(token));
  });

  test('given a refreshed session, when logged out with the old token, then all of it ends', async () => {
    const first = await newSession();
    const second = refreshTokenOf(await refresh(first));

    await logOut(first);

    expectRefused(await refresh(second));
  });

  test('given no such session, when logged out, then that is fine', async () => {
    const token = await newSession();
    await logOut(token);

    expect((await logOut(token)).status).toBe(204);
    expect((await logOut('x')).status).toBe(204);
  });
});

describe('what ends tokens that were handed out already', () => {
  const change = async (body: object): Promise<void> => {
    const answer = await app.call('PATCH', `/users/${person.id}`, { as: app.admin, body });
    expect(answer.status).toBe(200);
  };
  const asking = (): Promise<Answer> => app.call('GET', '/users/me', { as: person });

  test('given a deactivated user, when they call, then 401, at once and until reactivated', async () => {
    const token = await newSession();
    await change({ is_active: false });

    expectRefused(await asking());
    expectRefused(await refresh(token));

    await change({ is_active: true });
    expect((await asking()).status).toBe(200);
    // A session that was tried in between is over.
    expectRefused(await refresh(token));
  });

  test('given a deleted user, when they call, then they are not found', async () => {
    const token = await newSession();
    await app.call('DELETE', `/users/${person.id}`, { as: app.admin });

    const answer = await asking();

    expectProblem(answer, 401, 'User not found');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expectRefused(await refresh(token));
  });

  test('given their own password change, when they call with old tokens, then 401', async () => {
    const token = await newSession();
    const body = { current_password: person.password, new_password: 'another one' };
    const changed = await app.call('PATCH', '/users/me/password', { as: person, body });

    expect(changed.status).toBe(200);
    expectRefused(await asking());
    expectRefused(await refresh(token));
    const { email } = person;
    const login = (password: string): Promise<Answer> =>
      app.call('POST', '/auth/login', { body: { email, password } });
    expect((await login(person.password)).status).toBe(401);
    expect((await login('another one')).status).toBe(200);
  });

  test('given a password from an administrator, when they call with old tokens, then 401', async () => {
    const token = await newSession();
    await change({ password: 'from above' });

    expectRefused(await asking());
    expectRefused(await refresh(token));
  });

  test('given another role, when they call, then they may what it allows, at once', async () => {
    const listing = (): Promise<Answer> => app.call('GET', '/roles', { as: person });
    expectProblem(await listing(), 403, 'Insufficient permissions');

    await change({ role: 'admin' });
    expect((await listing()).status).toBe(200);

    await change({ role: 'viewer' });
    expectProblem(await listing(), 403, 'Insufficient permissions');
    const body = { name: 'not for viewers' };
    expectProblem(await app.call('POST', '/tags', { as: person, body }), 403);
  });

  test('given a role that is changed, when they call, then they may what it allows now', async () => {
    const define = (permissions: string[]): Promise<Answer> =>
      app.call('PUT', '/roles/tagger', { as: app.admin, body: { permissions } });
    await define(['tags:create']);
    await change({ role: 'tagger' });
    const create = (name: string): Promise<Answer> =>
      app.call('POST', '/tags', { as: person, body: { name } });
    expect((await create('allowed')).status).toBe(201);

    await define(['tags:read']);

    expectProblem(await create('not allowed'), 403, 'Insufficient permissions');
  });

  test('given a superuser who is none any more, when they call, then they may no more', async () => {
    await change({ is_superuser: true });
    expect((await app.call('GET', '/users', { as: person })).status).toBe(200);

    await change({ is_superuser: false });

    expectProblem(await app.call('GET', '/users', { as: person }), 403);
  });
});
