import { describe, expect, jest, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { expectProblem } from '../http/support/problem.js';
import { type Answer } from '../support/test-app.js';
import { useAppBehindProxy } from './support/app-behind-proxy.js';

jest.setTimeout(60_000);

/** Within 5 s there is an answer; the rest is slack for a busy computer. */
const answerMs = 5_500;
const recoveryMs = 10_000;

const subject = useAppBehindProxy();

let made = 0;
const command = (): Promise<Answer> => {
  made += 1;
  return subject.app.call('POST', '/tags', {
    as: subject.app.admin,
    body: { name: `tag ${made}` },
  });
};
const query = (): Promise<Answer> => subject.app.call('GET', '/tags', { as: subject.app.admin });
const login = (): Promise<Answer> => {
  const { email, password } = subject.app.admin;
  return subject.app.call('POST', '/auth/login', { body: { email, password } });
};
/** Health stands outside the API. */
const health = (path: string): Promise<Answer> => subject.app.call('GET', `/../..${path}`);

async function timed(ask: () => Promise<Answer>): Promise<{ answer: Answer; ms: number }> {
  const began = performance.now();
  const answer = await ask();
  return { answer, ms: performance.now() - began };
}

async function expectAway(): Promise<void> {
  const asked = await Promise.all([command, query, login, command, query].map(timed));
  for (const { answer, ms } of asked) {
    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(ms).toBeLessThan(answerMs);
  }
}

async function expectNotReady(): Promise<void> {
  const ready = await timed(() => health('/readyz'));
  expect(ready.ms).toBeLessThan(answerMs);
  expect(ready.answer.status).toBe(503);
  expect(ready.answer.headers.get('retry-after')).toBe('1');
  expect(ready.answer.body['status']).toBe('not ready');
  expect(ready.answer.body['missing']).toHaveProperty('database', 'PostgreSQL does not answer');
}

async function expectAlive(): Promise<void> {
  const live = await timed(() => health('/livez'));
  expect(live.answer.status).toBe(200);
  expect(live.ms).toBeLessThan(1_000);
}

async function expectRecovery(): Promise<void> {
  const deadline = performance.now() + recoveryMs;
  const within = (ask: () => Promise<Answer>, status: number): Promise<Answer> =>
    eventually(ask, (answer) => answer.status === status, deadline - performance.now());

  const [ready, done, listed, entered] = await Promise.all([
    within(() => health('/readyz'), 200),
    // 201, not 202: the read models have caught up.
    within(command, 201),
    within(query, 200),
    within(login, 200),
  ]);
  expect(ready.text).toBe('{"status":"ok"}');
  expect([done.status, listed.status, entered.status]).toEqual([201, 200, 200]);
  expect(performance.now()).toBeLessThan(deadline + 500);
}

describe('a database that is away', () => {
  test('given all connections are cut, when asked at once, then it answers or says when, and goes on', async () => {
    expect((await command()).status).toBe(201);

    const asked = [command(), query(), login()];
    subject.proxy.cut();
    asked.push(command(), query(), login());

    for (const answer of await Promise.all(asked))
      if (answer.status >= 300) expectProblem(answer, 503);
    await expectAlive();
    await expectRecovery();
  });

  test('given it refuses connections, when asked, then 503 until it is back', async () => {
    await subject.proxy.refuse();

    await Promise.all([expectAway(), expectNotReady(), expectAlive()]);
    // When even the users are not known any more.
    const unready = await eventually(
      () => health('/readyz'),
      ({ text }) => text.includes('event_log'),
      recoveryMs,
    );
    expect(unready.body['missing']).toHaveProperty('event_log', 'The event log cannot be followed');
    await Promise.all([expectAway(), expectNotReady(), expectAlive()]);

    await subject.proxy.restore();
    await expectRecovery();
  });

  test('given it falls silent, when asked, then 503 until it is back', async () => {
    // As soon as the first is answered, the others are in the middle of it.
    const asked = Array.from({ length: 8 }, command);
    await Promise.race(asked);
    subject.proxy.swallow();

    await Promise.all([expectAway(), expectNotReady(), expectAlive()]);
    for (const answer of await Promise.all(asked))
      if (answer.status >= 300) expectProblem(answer, 503);

    await subject.proxy.restore();
    await expectRecovery();
  });
});

/** Tries until it is so; the last answer is given back either way. */
async function eventually(
  ask: () => Promise<Answer>,
  isSo: (answer: Answer) => boolean,
  patienceMs: number,
): Promise<Answer> {
  const deadline = performance.now() + patienceMs;
  let answer = await ask();
  while (!isSo(answer) && performance.now() < deadline) {
    await sleep(50);
    answer = await ask();
  }
  return answer;
}
