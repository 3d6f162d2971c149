import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp, str } from '../support/test-app.js';
import { expectProblem } from './support/problem.js';

/** One that does everything, and one that serves the API only, on the same database. */
let all: TestApp;
let api: TestApp;
beforeAll(async () => {
  const secret = { JWT_SECRET: 'a secret that both of them share' };
  all = await startTestApp(secret);
  api = await startTestApp({ ...secret, ROLES: 'api', DATABASE_URL: all.databaseUrl });
});
afterAll(async () => {
  await api.stop();
  await all.stop();
});

describe('reading what was written', () => {
  test('given a command to the API process, when it answers, then both show it', async () => {
    const body = { name: 'from the API' };
    const made = await api.call('POST', '/tags', { as: api.admin, body });

    expect(made.status).toBe(201);
    const path = `/tags/${str(made.body['id'])}`;
    for (const app of [api, all])
      expect((await app.call('GET', path, { as: all.admin })).text).toBe(made.text);
  });

  test('given a command there, when its position is asked for here, then it is shown', async () => {
    for (const [writer, reader] of [
      [all, api],
      [api, all],
    ] as const)
      for (let n = 0; n < 10; n += 1) {
        const headers = { Prefer: 'respond-async' };
        const body = { name: `${writer.url} ${n}` };
        const made = await writer.call('POST', '/tags', { as: all.admin, body, headers });
        const position = String(made.headers.get('watchbook-position'));
        const seen = await reader.call('GET', `/tags/${str(made.body['id'])}`, {
          as: all.admin,
          headers: { 'Watchbook-Min-Position': position },
        });
        expect([made.status, seen.status]).toEqual([202, 200]);
      }
  });

  test('given a key that was used there, when it is used here, then it is the same command', async () => {
    const request = {
      as: all.admin,
      body: { name: 'once' },
      headers: { 'Idempotency-Key': 'one' },
    };
    const [first, again] = [
      await all.call('POST', '/tags', request),
      await api.call('POST', '/tags', request),
    ];

    expect(again.status).toBe(201);
    expect(again.body['id']).toBe(first.body['id']);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });
});

describe('who may get in', () => {
  test('given a token of one, when used with the other, then it is good', async () => {
    const person = await all.person();

    const answer = await api.call('GET', '/users/me', { as: person });

    expect(answer.status).toBe(200);
    expect(answer.body['email']).toBe(person.email);
  });

  test('given a user who is deactivated there, when they call here, then soon they may not', async () => {
    const person = await all.person();
    expect((await api.call('GET', '/users/me', { as: person })).status).toBe(200);
    const body = { is_active: false };
    const path = `/users/${person.id}`;
    expect((await all.call('PATCH', path, { as: all.admin, body })).status).toBe(200);

    const began = performance.now();
    let answer = await api.call('GET', '/users/me', { as: person });
    while (answer.status === 200 && performance.now() - began < 3_000)
      answer = await api.call('GET', '/users/me', { as: person });

    expectProblem(answer, 401, 'Invalid token');
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('a process that serves the API only', () => {
  test('given all is well, when asked, then it is ready', async () => {
    expect((await fetch(`${api.url}/readyz`)).status).toBe(200);
  });

  test('given a user with tags, when deleted there, then the other process finishes it', async () => {
    const person = await all.person();
    const tag = await api.call('POST', '/tags', { as: person, body: { name: 'theirs' } });
    expect(tag.status).toBe(201);

    const gone = await api.call('DELETE', `/users/${person.id}`, { as: all.admin });
    expect(gone.status).toBe(200);

    const path = `/tags/${str(tag.body['id'])}`;
    const deadline = performance.now() + 5_000;
    let answer = await api.call('GET', path, { as: all.admin });
    while (answer.status === 200 && performance.now() < deadline)
      answer = await api.call('GET', path, { as: all.admin });
    expectProblem(answer, 404, 'Tag not found');
  });
});
