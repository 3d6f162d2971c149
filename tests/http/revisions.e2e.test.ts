import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Answer, startTestApp, type TestApp, str } from '../support/test-app.js';
import { expectProblem } from './support/problem.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

let path: string;
let etag: string;
let made = 0;
beforeEach(async () => {
  made += 1;
  const answer = await app.call('POST', '/tags', { as: app.admin, body: { name: `tag ${made}` } });
  path = `/tags/${str(answer.body['id'])}`;
  etag = answer.headers.get('etag') ?? '';
});

const get = (headers: Record<string, string> = {}): Promise<Answer> =>
  app.call('GET', path, { as: app.admin, headers });
const recolour = (color: string, headers: Record<string, string> = {}): Promise<Answer> =>
  app.call('PATCH', path, { as: app.admin, body: { color }, headers });

describe('the ETag', () => {
  test('given a command, when it answers, then its ETag is that of GET', async () => {
    expect(etag).toMatch(/^"\d+"$/);
    expect((await get()).headers.get('etag')).toBe(etag);

    const changed = await recolour('#000000');

    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
    expect((await get()).headers.get('etag')).toBe(changed.headers.get('etag'));
  });

  test('given a command, when it answers, then it tells a position', async () => {
    const [first, second] = [await recolour('#000000'), await recolour('#ffffff')];

    const positions = [first, second].map(({ headers }) => headers.get('watchbook-position'));
    expect(positions.every((position) => /^\d+$/.test(position ?? ''))).toBe(true);
    expect(Number(positions[1])).toBeGreaterThan(Number(positions[0]));
  });

  test('given a change that changes nothing, when sent, then the ETag stays', async () => {
    const answer = await recolour('#6366f1');

    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe(etag);
  });
});

describe('If-None-Match', () => {
  const forms: [string, (tag: string) => string][] = [
    ['the ETag', (tag) => tag],
    ['its weak form', (tag) => `W/${tag}`],
    ['a list with it', (tag) => `"other", ${tag}`],
    ['a star', () => '*'],
  ];
  test.each(forms)('given %s, when nothing changed, then 304 and no body', async (_, form) => {
    const answer = await get({ 'If-None-Match': form(etag) });

    expect(answer.status).toBe(304);
    expect(answer.text).toBe('');
    expect(answer.headers.get('etag')).toBe(etag);
    expect(answer.headers.get('x-request-id')).not.toBeNull();
  });

  test('given the ETag, when it has changed, then it is sent anew', async () => {
    await recolour('#123456');

    const answer = await get({ 'If-None-Match': etag });

    expect(answer.status).toBe(200);
    expect(answer.body['color']).toBe('#123456');
  });

  test('given the ETag, when asked with HEAD, then 304', async () => {
    const headers = { 'If-None-Match': etag };

    expect((await app.call('HEAD', path, { as: app.admin, headers })).status).toBe(304);
  });

  test('given nonsense, when asked, then it matches nothing', async () => {
    expect((await get({ 'If-None-Match': 'nonsense' })).status).toBe(200);
  });
});

describe('If-Match', () => {
  test('given the ETag, when it is current, then the change is made', async () => {
    expect((await recolour('#000000', { 'If-Match': etag })).status).toBe(200);
  });

  test('given a star, when the tag is there, then the change is made', async () => {
    expect((await recolour('#000000', { 'If-Match': '*' })).status).toBe(200);
  });

  test('given a stale one, when sent, then 412, and nothing changed', async () => {
    await recolour('#111111');

    expectProblem(await recolour('#222222', { 'If-Match': etag }), 412);

    expect((await get()).body['color']).toBe('#111111');
  });

  test('given one that never was, when sent, then 412', async () => {
    for (const tag of ['"99"', '"other"', `W/${etag}`, '""'])
      expectProblem(await recolour('#222222', { 'If-Match': tag }), 412);
  });

  test('given one without form, when sent, then 400', async () => {
    for (const tag of ['0', 'nonsense', '"', '"0', `${etag}, "5"`, '-1', 'w/"0"'])
      expectProblem(await recolour('#222222', { 'If-Match': tag }), 400, 'Invalid input');
  });

  test('given a stale one, when the tag is deleted with it, then 412, and it is still there', async () => {
    await recolour('#111111');
    const headers = { 'If-Match': etag };

    expectProblem(await app.call('DELETE', path, { as: app.admin, headers }), 412);

    expect((await get()).status).toBe(200);
  });

  test('given many changes with the same one, when sent at once, then one is made', async () => {
    const colours = Array.from({ length: 8 }, (_, i) => `#00000${i}`);

    const answers = await Promise.all(colours.map((c) => recolour(c, { 'If-Match': etag })));

    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)]);
  });
});
