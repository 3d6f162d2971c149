import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import bcrypt from 'bcrypt';
import { type Answer, type Person, startTestApp, type TestApp, str } from '../support/test-app.js';
import { expectProblem } from '../http/support/problem.js';
import { runSql } from '../http/support/database.js';
import { Ledger } from '../resources/support/log.js';

let app: TestApp;
beforeAll(async () => {
  // Each test comes from an address of its own, so that they do not throttle each other.
  app = await startTestApp({ TRUSTED_PROXIES: '1' });
});
afterAll(() => app.stop());

let addresses = 0;
function newAddress(): string {
  addresses += 1;
  return `192.0.2.${addresses}`;
}

function logIn(email: string, password: string, from = newAddress()): Promise<Answer> {
  const headers = { 'X-Forwarded-For': from };
  return app.call('POST', '/auth/login', { body: { email, password }, headers });
}

function logInByForm(fields: Record<string, string>): Promise<Answer> {
  return app.call('POST', '/auth/login', {
    raw: new URLSearchParams(fields).toString(),
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Forwarded-For': newAddress(),
    },
  });
}

const tokenOf = (answer: Answer): { token: string } => ({
  token: str(answer.body['access_token']),
});

describe('the right password', () => {
  test('given JSON, when logged in, then there are tokens that work, and are not cached', async () => {
    const answer = await logIn(app.admin.email, app.admin.password);

    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body).sort()).toEqual([
      'access_token',
      'expires_in',
      'refresh_token',
      'token_type',
    ]);
    expect(answer.body['token_type']).toBe('bearer');
    expect(answer.body['expires_in']).toBe(1800);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const me = await app.call('GET', '/users/me', { as: tokenOf(answer) });
    expect(me.body['email']).toBe(app.admin.email);
  });

  test('given the form of OAuth2, when logged in, then there are the same tokens', async () => {
    const { email: username, password } = app.admin;
    for (const more of [{}, { grant_type: 'password', scope: '', client_id: 'x' }]) {
      const answer = await logInByForm({ username, password, ...more });
      expect(answer.status).toBe(200);
      expect((await app.call('GET', '/users/me', { as: tokenOf(answer) })).status).toBe(200);
    }
  });

  test('given other cases and spaces in the e-mail, when logged in, then it is the same', async () => {
    expect((await logIn(' ADMIN@Example.ORG ', app.admin.password)).status).toBe(200);
  });
});

describe('the wrong password', () => {
  const expectRefused = (answer: Answer): void => {
    expectProblem(answer, 401, 'Incorrect email or password');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  };

  test('given a known or an unknown e-mail, when tried, then the answers look alike', async () => {
    const wrong = await logIn(app.admin.email, 'not the password');
    const unknown = await logIn('nobody@example.org', 'not the password');

    expectRefused(wrong);
    expectRefused(unknown);
    const withoutId = ({ text }: Answer): string => text.replace(/"request_id":"[^"]+"/, '');
    expect(withoutId(unknown)).toBe(withoutId(wrong));
  });

  test('given the form, when the password is wrong, then the same', async () => {
    expectRefused(await logInByForm({ username: app.admin.email, password: 'wrong' }));
  });

  test('given a deactivated user, when the password is right, then the same', async () => {
    const person = await app.person();
    const body = { is_active: false };
    await app.call('PATCH', `/users/${person.id}`, { as: app.admin, body });

    expectRefused(await logIn(person.email, person.password));

    await app.call('PATCH', `/users/${person.id}`, { as: app.admin, body: { is_active: true } });
    expect((await logIn(person.email, person.password)).status).toBe(200);
  });

  test('given a deleted user, when the password was right, then the same', async () => {
    const person = await app.person();
    await app.call('DELETE', `/users/${person.id}`, { as: app.admin });

    expectRefused(await logIn(person.email, person.password));
  });

  test('given a password with other spaces or case, when tried, then it is another one', async () => {
    for (const password of [` ${app.admin.password}`, app.admin.password.toUpperCase(), ''])
      expectRefused(await logIn(app.admin.email, password));
  });

  test('given known and unknown users, when tried often, then neither takes much longer', async () => {
    const took = { known: new Array<number>(), unknown: new Array<number>() };
    for (let n = 0; n < 25; n += 1)
      for (const [kind, email] of [
        ['known', app.admin.email],
        ['unknown', `nobody-${n}@example.org`],
      ] as const) {
        const from = newAddress();
        const began = performance.now();
        await logIn(email, 'not the password', from);
        took[kind].push(performance.now() - began);
      }

    const ratio = median(took.known) / median(took.unknown);
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });
});

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

describe('guessing', () => {
  const guess = (email: string, from: string): Promise<Answer> => logIn(email, 'a guess', from);

  test('given eight wrong tries, when tried again, then 429 for this user at this address only', async () => {
    const [one, other] = [await app.person(), await app.person()];
    const from = newAddress();
    for (let n = 0; n < 8; n += 1) expect((await guess(one.email, from)).status).toBe(401);

    const throttled = await logIn(one.email, one.password, from);

    expectProblem(throttled, 429, 'Too many failed logins: try again later');
    const wait = Number(throttled.headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(15 * 60);
    expect((await logIn(other.email, other.password, from)).status).toBe(200);
    expect((await logIn(one.email, one.password)).status).toBe(200);
  });

  test('given wrong tries, when a right one comes between, then counting begins anew', async () => {
    const person = await app.person();
    const from = newAddress();
    for (let round = 0; round < 3; round += 1) {
      for (let n = 0; n < 7; n += 1) expect((await guess(person.email, from)).status).toBe(401);
      expect((await logIn(person.email, person.password, from)).status).toBe(200);
    }
  });

  test('given an unknown e-mail, when guessed at, then it is throttled just the same', async () => {
    const from = newAddress();
    for (let n = 0; n < 8; n += 1) await guess('ghost@example.org', from);

    expectProblem(await guess(' Ghost@example.org', from), 429);
  });

  test('given guesses all at once, when counted, then no more than eight are looked at', async () => {
    const person = await app.person();
    const from = newAddress();

    const answers = await Promise.all(Array.from({ length: 20 }, () => guess(person.email, from)));

    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(8);
    expect(statuses.filter((status) => status === 429)).toHaveLength(12);
  });

  test('given one address that tries many users, when it goes on, then it is throttled', async () => {
    const from = newAddress();
    const tries = Array.from({ length: 70 }, (_, n) => guess(`user-${n}@example.org`, from));

    const statuses = (await Promise.all(tries)).map(({ status }) => status);

    expect(statuses.filter((status) => status === 401)).toHaveLength(60);
    expect((await logIn(app.admin.email, app.admin.password, from)).status).toBe(429);
    expect((await logIn(app.admin.email, app.admin.password)).status).toBe(200);
  });

  test('given a proxy that passes on nonsense for an address, when tried, then it is an answer', async () => {
    expect((await guess('ghost-2@example.org', 'x'.repeat(400))).status).toBe(401);
  });

  test('given an open session, when its owner’s password is guessed, then that is throttled, too', async () => {
    const person = await app.person();
    const body = { current_password: 'a guess', new_password: 'long enough' };
    const headers = { 'X-Forwarded-For': newAddress() };
    const attempt = (): Promise<Answer> =>
      app.call('PATCH', '/users/me/password', { as: person, body, headers });

    for (let n = 0; n < 8; n += 1) expectProblem(await attempt(), 400, 'Incorrect password');
    expectProblem(await attempt(), 429);
  });
});

describe('passwords of earlier systems', () => {
  const stored = async (person: Person): Promise<string> => {
    const text = 'SELECT hash FROM secrets.credentials WHERE user_id = $1';
    return String((await runSql(app.databaseUrl, text, [person.id]))[0]?.['hash']);
  };
  const keep = async (person: Person, hash: string): Promise<void> => {
    const text = 'UPDATE secrets.credentials SET hash = $2 WHERE user_id = $1';
    await runSql(app.databaseUrl, text, [person.id, hash]);
  };

  test.each(['$2b$', '$2a$', '$2y$'])(
    'given a hash that begins with %s, when logged in, then it is good once, and replaced',
    async (prefix) => {
      const person = await app.person();
      await keep(person, (await bcrypt.hash(person.password, 4)).replace(/^\$2b\$/, prefix));

      expect((await logIn(person.email, 'not the password')).status).toBe(401);
      expect(await stored(person)).toContain(prefix);
      expect((await logIn(person.email, person.password)).status).toBe(200);

      expect(await stored(person)).toMatch(/^\$argon2id\$/);
      expect((await logIn(person.email, person.password)).status).toBe(200);
      expect((await logIn(person.email, 'not the password')).status).toBe(401);
    },
  );

  test('given a token from before, when the hash is replaced, then it still works', async () => {
    const person = await app.person();
    await keep(person, await bcrypt.hash(person.password, 4));

    await logIn(person.email, person.password);

    expect((await app.call('GET', '/users/me', { as: person })).status).toBe(200);
  });
});

describe('a new password', () => {
  test('given 128 characters, when only the last differs, then it is another one', async () => {
    const start = 'ä'.repeat(127);
    const email = 'long@example.org';
    const body = { email, password: `${start}1` };
    expect((await app.call('POST', '/users/signup', { body })).status).toBe(201);

    expect((await logIn(email, `${start}1`)).status).toBe(200);
    expect((await logIn(email, `${start}2`)).status).toBe(401);
    expect((await logIn(email, 'ä'.repeat(36))).status).toBe(401);
  });

  test('given everybody, when hashes are kept, then by argon2id as OWASP has it', async () => {
    const rows = await runSql(app.databaseUrl, 'SELECT hash FROM secrets.credentials');

    for (const { hash } of rows) expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });

  test('given any answer about users, when read, then there is neither password nor hash', async () => {
    const body = { email: 'plain@example.org', password: 'seen nowhere again' };
    const answers = [await app.call('POST', '/users/signup', { body })];
    const path = `/users/${str(answers[0]?.body['id'])}`;
    for (const where of ['/users/me', '/users?limit=1000', path])
      answers.push(await app.call('GET', where, { as: app.admin }));
    const change = { password: 'seen nowhere, too' };
    answers.push(await app.call('PATCH', path, { as: app.admin, body: change }));

    for (const { status, text } of answers) {
      expect(status).toBeLessThan(300);
      expect(text).not.toMatch(/argon2|\$2[aby]\$|hash|credential|seen nowhere|"password/i);
    }
    const ledger = await Ledger.of(app);
    expect(await ledger.text()).not.toMatch(/argon2|seen nowhere/);
    await ledger.close();
  });
});
