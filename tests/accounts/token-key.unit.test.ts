import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import jwt from 'jsonwebtoken';
import {
  loadTokenKey,
  TokenClaims,
  TokenKey,
  tokenRules,
} from '../../src/accounts/access-tokens.js';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'watchbook-key-'));
  file = path.join(folder, 'token-key');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (): Promise<string> => ((await stat(file)).mode & 0o777).toString(8);

describe('the key file', () => {
  test('given none, when started, then one is made that only its owner may read', async () => {
    const key = await loadTokenKey(undefined, folder);

    expect(await modeOf()).toBe('600');
    expect((await readFile(file, 'utf8')).length).toBeGreaterThanOrEqual(32);
    expect((await loadTokenKey(undefined, folder)).id).toBe(key.id);
    expect(await readdir(folder)).toEqual(['token-key']);
  });

  test('given no folder, when started, then that is made, too', async () => {
    await loadTokenKey(undefined, path.join(folder, 'deep', 'data'));

    expect(await readdir(path.join(folder, 'deep', 'data'))).toEqual(['token-key']);
  });

  test('given one that others may read, when started, then they may no more', async () => {
    const { id } = await loadTokenKey(undefined, folder);
    await chmod(file, 0o644);

    expect((await loadTokenKey(undefined, folder)).id).toBe(id);
    expect(await modeOf()).toBe('600');
  });

  test('given many processes that start at once, when there is none, then all have the same', async () => {
    const keys = await Promise.all(
      Array.from({ length: 30 }, () => loadTokenKey(undefined, folder)),
    );

    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['token-key']);
  });

  test('given one that is damaged, when started, then the error says what to do', async () => {
    await writeFile(file, 'short');

    await expect(loadTokenKey(undefined, folder)).rejects.toThrow(
      /token-key is damaged: delete it/,
    );
  });

  test('given a secret, when started, then no file is made', async () => {
    const key = await loadTokenKey('x'.repeat(32), folder);

    expect(key.id).toBe(new TokenKey('x'.repeat(32)).id);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a token', () => {
  test('given a user, when signed, then it says who, and nothing about what they may do', () => {
    const key = new TokenKey('x'.repeat(32));
    const [user, credential] = ['a', 'b'].map((c) => `${c.repeat(8)}-0000-7000-8000-000000000000`);

    const claims = jwt.verify(key.sign(user ?? '', credential ?? ''), 'x'.repeat(32), tokenRules);

    expect(TokenClaims.parse(claims)).toMatchObject({ sub: user, cred: credential });
    expect(claims).toEqual({
      aud: 'watchbook-api',
      iss: 'watchbook',
      sub: user,
      cred: credential,
      iat: expect.any(Number),
      exp: expect.any(Number),
    });
  });

  test('given two secrets, when compared, then their keys have different ids', () => {
    expect(new TokenKey('x'.repeat(32)).id).not.toBe(new TokenKey('y'.repeat(32)).id);
    expect(new TokenKey('x'.repeat(32)).id).not.toContain('x'.repeat(8));
  });
});
