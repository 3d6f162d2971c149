import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { TokenKey } from '../../src/accounts/access-tokens.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem } from '../http/support/problem.js';

const secret = 'a secret for tests, long enough for them';
const key = new TokenKey(secret);
let app: TestApp;
let claims: Record<string, unknown>;
beforeAll(async () => {
  app = await startTestApp({ JWT_SECRET: secret });
  claims = jwt.decode(app.admin.token, { json: true }) ?? {};
});
afterAll(() => app.stop());

const header = { alg: 'HS256', typ: 'JWT', kid: key.id };
const part = (content: object | string): string =>
  Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString(
    'base64url',
  );

/** A token with exactly these parts, and a right signature unless another secret is named. */
function forge(head: object, payload: object | string, secretOfSigner = secret): string {
  const signed = `${part(head)}.${part(payload)}`;
  return `${signed}.${createHmac('sha256', secretOfSigner).update(signed).digest('base64url')}`;
}

const asking = (authorization?: string): Promise<Answer> =>
  app.call('GET', '/users/me', {
    ...(authorization !== undefined && { headers: { Authorization: authorization } }),
  });

function expectRefused(answer: Answer, detail: string): void {
  expectProblem(answer, 401, detail);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
}

describe('no token', () => {
  test.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Token x'])(
    'given the header %p, when asked, then the client is not authenticated',
    async (authorization) => {
      expectRefused(await asking(authorization), 'Not authenticated');
    },
  );

  test('given a token in the query, when asked, then it does not count', async () => {
    const answer = await app.call('GET', `/users/me?access_token=${app.admin.token}`);

    expectRefused(answer, 'Not authenticated');
  });
});

describe('a good token', () => {
  test.each(['Bearer', 'bearer', 'BEARER', 'Bearer  '])(
    'given the scheme %p, when asked, then it is accepted',
    async (scheme) => {
      expect((await asking(`${scheme} ${app.admin.token}`)).status).toBe(200);
    },
  );

  test('given the tool of these tests, when it forges what is right, then that is accepted', async () => {
    expect((await asking(`Bearer ${forge(header, claims)}`)).status).toBe(200);
  });
});

describe('a bad token', () => {
  const now = Math.floor(Date.now() / 1000);
  const without = (name: string): object =>
    Object.fromEntries(Object.entries(claims).filter(([each]) => each !== name));
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

  const tokens: [string, () => string][] = [
    ['garbage', () => 'garbage'],
    ['two words', () => `${app.admin.token} more`],
    ['three parts of garbage', () => 'a.b.c'],
    ['only dots', () => '..'],
    ['a fourth part', () => `${app.admin.token}.x`],
    ['a cut signature', () => app.admin.token.slice(0, -1)],
    ['no signature', () => `${app.admin.token.split('.').slice(0, 2).join('.')}.`],
    ['a huge one', () => `${part('x'.repeat(3_000))}.${part('x'.repeat(3_000))}.x`],
    ['a payload that is no JSON', () => forge(header, 'no JSON')],
    ['a payload that is no object', () => forge(header, '"text"')],
    ['a header that is no JSON', () => `${part('{')}.${part(claims)}.x`],
    ['expired', () => forge(header, { ...claims, exp: now - 1 })],
    ['not yet valid', () => forge(header, { ...claims, nbf: now + 600 })],
    ['no exp', () => forge(header, without('exp'))],
    ['exp as text', () => forge(header, { ...claims, exp: String(now + 600) })],
    ['exp in fractions', () => forge(header, { ...claims, exp: now + 600.5 })],
    ['another secret, same kid', () => forge(header, claims, 'x'.repeat(40))],
    ['no kid', () => forge({ alg: 'HS256', typ: 'JWT' }, claims)],
    ['another kid', () => forge({ ...header, kid: 'other' }, claims)],
    ['kid as a list', () => forge({ ...header, kid: [key.id] }, claims)],
    ['alg none', () => `${part({ ...header, alg: 'none' })}.${part(claims)}.`],
    ['alg none, signed', () => forge({ ...header, alg: 'none' }, claims)],
    ['alg HS512', () => jwt.sign(claims, secret, { algorithm: 'HS512', keyid: key.id })],
    ['alg RS256', () => jwt.sign(claims, privateKey, { algorithm: 'RS256', keyid: key.id })],
    ['RS256 taken for HS256', () => forge({ ...header, alg: 'RS256' }, claims, publicKey)],
    ['HS256 by a public key', () => forge(header, claims, publicKey)],
    ['another issuer', () => forge(header, { ...claims, iss: 'other' })],
    ['no issuer', () => forge(header, without('iss'))],
    ['another audience', () => forge(header, { ...claims, aud: 'other' })],
    ['no audience', () => forge(header, without('aud'))],
    ['no sub', () => forge(header, without('sub'))],
    ['sub that is no UUID', () => forge(header, { ...claims, sub: 'admin' })],
    ['sub as a list', () => forge(header, { ...claims, sub: [claims['sub']] })],
    ['no credential', () => forge(header, without('cred'))],
    ['another credential', () => forge(header, { ...claims, cred: randomUUID() })],
  ];
  test.each(tokens)(
    'given one with %s, when asked twice, then it is not valid',
    async (_, make) => {
      const authorization = `Bearer ${make()}`;

      expectRefused(await asking(authorization), 'Invalid token');
      expectRefused(await asking(authorization), 'Invalid token');
    },
  );

  test('given a right one for somebody who never was, when asked, then they are not found', async () => {
    const token = forge(header, { ...claims, sub: randomUUID() });

    expectRefused(await asking(`Bearer ${token}`), 'User not found');
  });

  test('given a token that was good, when its time is over, then it is not valid any more', async () => {
    const soon = Math.floor(Date.now() / 1000) + 2;
    const authorization = `Bearer ${forge(header, { ...claims, exp: soon })}`;
    expect((await asking(authorization)).status).toBe(200);

    let answer = await asking(authorization);
    while (answer.status === 200 && Date.now() < (soon + 2) * 1000)
      answer = await asking(authorization);

    expectRefused(answer, 'Invalid token');
    expect(Date.now()).toBeGreaterThanOrEqual(soon * 1000);
  });
});

describe('processes that share a secret', () => {
  test('given JWT_SECRET, when another process has it, then tokens are good there, else not', async () => {
    const DATABASE_URL = app.databaseUrl;
    const twin = await startTestApp({ JWT_SECRET: secret, ROLES: 'api', DATABASE_URL });
    const stranger = await startTestApp({ ROLES: 'api', DATABASE_URL });
    try {
      expect((await twin.call('GET', '/users/me', { as: app.admin })).status).toBe(200);
      const answer = await stranger.call('GET', '/users/me', { as: app.admin });
      expectRefused(answer, 'Invalid token');
    } finally {
      await twin.stop();
      await stranger.stop();
    }
  });
});
