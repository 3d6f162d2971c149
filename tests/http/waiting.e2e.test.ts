import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Answer, startTestApp, type TestApp, str } from '../support/test-app.js';
import { expectProblem } from './support/problem.js';

const waitMs = 400;
let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ READ_MODEL_WAIT_MS: String(waitMs) });
});
afterAll(() => app.stop());

let made = 0;
function create(headers: Record<string, string> = {}, on = app): Promise<Answer> {
  made += 1;
  return on.call('POST', '/tags', { as: on.admin, body: { name: `tag ${made}` }, headers });
}

const waitingFor = (path: string, position: string, on = app): Promise<Answer> =>
  on.call('GET', path, { as: on.admin, headers: { 'Watchbook-Min-Position': position } });

describe('a command', () => {
  test('given nothing else is said, when it answers, then its effect is visible', async () => {
    const answer = await create();

    expect(answer.status).toBe(201);
    expect(answer.headers.has('preference-applied')).toBe(false);
    const path = String(answer.headers.get('location')).replace('/api/v1', '');
    expect((await app.call('GET', path, { as: app.admin })).text).toBe(answer.text);
  });

  test.each(['respond-async', 'Respond-Async, wait=10', 'return=minimal, respond-async'])(
    'given Prefer: %s, when sent, then it answers without waiting, with the position',
    async (prefer) => {
      const answer = await create({ Prefer: prefer });

      expect(answer.status).toBe(202);
      expect(answer.headers.get('preference-applied')).toBe('respond-async');
      expect(answer.headers.get('etag')).toBe('"0"');
      const id = str(answer.body['id']);
      const position = String(answer.headers.get('watchbook-position'));
      const seen = await waitingFor(`/tags/${id}`, position);
      expect(seen.status).toBe(200);
      expect(seen.body['id']).toBe(id);
    },
  );

  test('given another preference, when sent, then it is ignored', async () => {
    const answer = await create({ Prefer: 'handling=strict' });

    expect(answer.status).toBe(201);
    expect(answer.headers.has('preference-applied')).toBe(false);
  });
});

describe('Watchbook-Min-Position', () => {
  test('given a position that is reached, when asked, then the answer comes', async () => {
    expect((await waitingFor('/tags', '0')).status).toBe(200);
    expect((await waitingFor('/users/me', '1')).status).toBe(200);
  });

  test.each(['', '-1', '1.5', '0x10', '01', 'now', '9'.repeat(19), '1, 2'])(
    'given %p, when asked, then 400',
    async (position) => {
      expectProblem(await waitingFor('/tags', position), 400, 'Invalid input');
    },
  );

  test('given one from the future, when asked, then 503 after the wait and not before', async () => {
    const began = performance.now();
    const answer = await waitingFor('/tags', '999999999');
    const took = performance.now() - began;

    expectProblem(answer, 503);
    expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    expect(took).toBeGreaterThanOrEqual(waitMs - 20);
    expect(took).toBeLessThan(waitMs + 1_000);
  });
});

describe('Idempotency-Key', () => {
  test.each(['k', '!~', 'x'.repeat(255)])(
    'given %s, when sent twice, then it works',
    async (key) => {
      const body = { name: `keyed ${key.length} ${key.slice(0, 1)}` };
      const headers = { 'Idempotency-Key': key };
      const first = await app.call('POST', '/tags', { as: app.admin, body, headers });
      const again = await app.call('POST', '/tags', { as: app.admin, body, headers });

      expect([first.status, again.status]).toEqual([201, 201]);
      expect(again.body['id']).toBe(first.body['id']);
      expect(first.headers.has('idempotency-replayed')).toBe(false);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
    },
  );

  test.each(['', 'two words', 'ümlaut', 'x'.repeat(256)])(
    'given %p, when sent, then 400',
    async (key) => {
      expectProblem(await create({ 'Idempotency-Key': key }), 400, 'Invalid input');
    },
  );
});

describe('read models that nobody waits for', () => {
  let impatient: TestApp;
  beforeAll(async () => {
    impatient = await startTestApp({ READ_MODEL_WAIT_MS: '0' });
  });
  afterAll(() => impatient.stop());

  test('given no time to wait, when a command is sent, then it still succeeds', async () => {
    const answer = await create({}, impatient);

    expect(answer.status).toBe(202);
    expect(answer.headers.get('watchbook-position')).toMatch(/^\d+$/);
    expect(answer.headers.get('etag')).toBe('"0"');
    expect(answer.headers.get('location')).toBe(`/api/v1/tags/${str(answer.body['id'])}`);
    // Nobody asked for it.
    expect(answer.headers.has('preference-applied')).toBe(false);
  });

  test('given no time to wait, when a position of the future is asked for, then 503', async () => {
    expectProblem(await waitingFor('/tags', '999999999', impatient), 503);
  });
});
