import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  verify,
} from 'node:crypto';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from '../../platform/error-code.js';

/** Signs seals (Ed25519, RFC 8032). It is kept outside of the database, so that whoever has that alone cannot forge. */
export class SealKey {
  readonly publicKey: SealPublicKey;

  constructor(private readonly key: KeyObject) {
    this.publicKey = new SealPublicKey(createPublicKey(key));
  }

  get id(): string {
    return this.publicKey.id;
  }

  sign(hash: Buffer): Buffer {
    return sign(null, hash, this.key);
  }
}

export class SealPublicKey {
  /** The beginning of the key's SHA-256, in hex. */
  readonly id: string;
  readonly pem: string;

  /** @throws Error for a key of another kind. */
  constructor(private readonly key: KeyObject) {
    if (key.asymmetricKeyType !== 'ed25519') throw new Error('This is no Ed25519 key');
    const der = key.export({ type: 'spki', format: 'der' });
    this.id = createHash('sha256').update(der).digest('hex').slice(0, 16);
    this.pem = key.export({ type: 'spki', format: 'pem' }).toString();
  }

  isSignature(hash: Buffer, signature: Buffer): boolean {
    return verify(null, hash, this.key, signature);
  }
}

/** The key of this data folder; the first call makes it. */
export async function loadSealKey(dataDir: string): Promise<SealKey> {
  const file = path.join(dataDir, fileName);
  await mkdir(dataDir, { recursive: true });
  await makeSealKey(file);
  await chmod(file, 0o600);
  return readSealKey(file);
}

/** The key of this data folder, if there is one. */
export async function findSealKey(dataDir: string): Promise<SealKey | undefined> {
  try {
    return await readSealKey(path.join(dataDir, fileName));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

const fileName = 'seal-key.pem';

async function readSealKey(file: string): Promise<SealKey> {
  return new SealKey(createPrivateKey(await readFile(file, 'utf8')));
}

/** Written aside and linked, so that a process that starts at the same time never reads half a key. */
async function makeSealKey(file: string): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(draft, pem, { flag: 'wx', mode: 0o600 });
  try {
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
