import { createHash, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import jwt from 'jsonwebtoken';
import { z } from 'zod';
import { codeOf } from '../platform/error-code.js';

/** What a token says: who, and under which password it was handed out. What they may do is looked up each time. */
export const TokenClaims = z.object({ sub: z.uuid(), cred: z.uuid(), exp: z.int() });
export type TokenClaims = z.infer<typeof TokenClaims>;

export const tokenRules = {
  algorithms: ['HS256' as const],
  issuer: 'watchbook',
  audience: 'watchbook-api',
};

export const accessTokenSeconds = 30 * 60;

/** The key that signs access tokens. It is kept as a KeyObject: with text, each check would build it anew. */
export class TokenKey {
  readonly id: string;
  readonly key: KeyObject;
  /** For passport-jwt, whose types know no KeyObject; each token is checked with it once, then remembered. */
  readonly bytes: Buffer;

  constructor(secret: string) {
    this.bytes = Buffer.from(secret);
    this.key = createSecretKey(this.bytes);
    this.id = createHash('sha256').update(`kid:${secret}`).digest('hex').slice(0, 16);
  }

  sign(userId: string, credentialId: string): string {
    return jwt.sign({ cred: credentialId }, this.key, {
      algorithm: 'HS256',
      keyid: this.id,
      subject: userId,
      issuer: tokenRules.issuer,
      audience: tokenRules.audience,
      expiresIn: accessTokenSeconds,
    });
  }
}

/** The key that was given, else the one kept in the data folder; the first start makes it. */
export async function loadTokenKey(given: string | undefined, dataDir: string): Promise<TokenKey> {
  if (given !== undefined) return new TokenKey(given);
  const file = path.join(dataDir, 'token-key');
  await mkdir(dataDir, { recursive: true });
  await makeTokenKey(file);
  await chmod(file, 0o600);
  const secret = (await readFile(file, 'utf8')).trim();
  if (secret.length < 32)
    throw new Error(`${file} is damaged: delete it, and everybody logs in anew`);
  return new TokenKey(secret);
}

/** Written aside and linked, so that a process that starts at the same time never reads half a key. */
async function makeTokenKey(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, randomBytes(48).toString('base64url'), { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
