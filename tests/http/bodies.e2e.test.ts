import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem } from './support/problem.js';
import { parseAnswer, request, sendBytes, sendBytesAndLeave } from './support/raw.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

function post(
  raw: string | Uint8Array,
  type: string | undefined,
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = { ...(type !== undefined && { 'Content-Type': type }), ...more };
  return app.call('POST', '/tags', { as: app.admin, raw, headers });
}

describe('the type of a body', () => {
  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
  ])('given %s, when sent, then it is read', async (type) => {
    expect((await post(JSON.stringify({ name: type }), type)).status).toBe(201);
  });

  test.each([
    'text/plain',
    'application/xml',
    'application/json; charset=utf-7',
    'application/json; charset=utf8',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    'application/vnd.api+json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'nonsense',
  ])('given %s, when sent, then 415', async (type) => {
    expectProblem(await post('{"name":"x"}', type), 415);
  });

  test('given a body without a type, when sent, then 415', async () => {
    // As bytes: for text, fetch would add a type of its own.
    expectProblem(await post(Buffer.from('{"name":"x"}'), undefined), 415);
  });

  test('given no body and some type, when sent, then the type does not matter', async () => {
    const headers = { 'Content-Type': 'text/plain' };
    const answer = await app.call('GET', '/permissions', { as: app.admin, headers });

    expect(answer.status).toBe(200);
  });

  test('given an encoding nobody knows, when sent, then 415', async () => {
    expectProblem(await post('{}', 'application/json', { 'Content-Encoding': 'snappy' }), 415);
  });
});

describe('a body that cannot be read', () => {
  test.each([
    ['half an object', '{"name":'],
    ['no JSON', 'name=x'],
    ['two objects', '{}{}'],
    ['a trailing comma', '{"name":"x",}'],
    ['NaN', '{"name":NaN}'],
    ['a raw control character', '{"name":"a\u0001b"}'],
  ])('given %s, when sent, then 400', async (_, raw) => {
    expectProblem(await post(raw, 'application/json'), 400, 'Invalid input');
  });

  test('given bytes that are not UTF-8, when sent, then 400, and nothing else is kept', async () => {
    const raw = Buffer.from('{"name":"caf\xe9"}', 'latin1');

    expectProblem(await post(raw, 'application/json'), 400, 'Invalid input');
  });

  test('given a damaged gzip, when sent, then 400', async () => {
    const gzip = { 'Content-Encoding': 'gzip' };
    expectProblem(await post('not gzip', 'application/json', gzip), 400, 'Invalid input');
    const half = gzipSync('{"name":"x"}').subarray(0, 20);
    expectProblem(await post(half, 'application/json', gzip), 400, 'Invalid input');
  });

  test('given a longer length than body, when the client leaves, then others are served', async () => {
    const head = request('POST /api/v1/auth/login', [
      'Content-Type: application/json',
      'Content-Length: 200',
    ]);

    await sendBytesAndLeave(app.url, `${head}{"email":`);

    expect((await app.call('GET', '/permissions', { as: app.admin })).status).toBe(200);
  });
});

describe('the size of a body', () => {
  const ofSize = (bytes: number): string => {
    const empty = '{"name":""}';
    return `{"name":"${'x'.repeat(bytes - empty.length)}"}`;
  };

  test('given 64 KiB, when sent, then it is read, and its field is too long', async () => {
    expectProblem(await post(ofSize(65_536), 'application/json'), 422);
  });

  test('given one byte more, when sent, then 413', async () => {
    expectProblem(await post(ofSize(65_537), 'application/json'), 413);
  });

  test('given much more, when sent, then 413', async () => {
    expectProblem(await post(ofSize(2_000_000), 'application/json'), 413);
  });

  test('given little that unpacks to much, when sent, then 413', async () => {
    const bomb = gzipSync(ofSize(5_000_000));

    expectProblem(await post(bomb, 'application/json', { 'Content-Encoding': 'gzip' }), 413);
  });

  test('given a small gzip, when sent, then it is read', async () => {
    const gzip = { 'Content-Encoding': 'gzip' };
    const answer = await post(gzipSync('{"name":"packed"}'), 'application/json', gzip);

    expect(answer.status).toBe(201);
    expect(answer.body['name']).toBe('packed');
  });

  test('given unknown length, when too much arrives, then 413', async () => {
    const head = request('POST /api/v1/auth/login', [
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ]);
    const chunk = `${(40_000).toString(16)}\r\n${' '.repeat(40_000)}\r\n`;

    const answer = parseAnswer(await sendBytes(app.url, `${head}${chunk}${chunk}0\r\n\r\n`));

    expectProblem(answer, 413);
  });
});
