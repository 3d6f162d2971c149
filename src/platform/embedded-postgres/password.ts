import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';

/**
 * The database's password, made at the first start and kept in DATA_DIR, readable for its owner
 * only. Of two processes that make one at the same time, both get the same.
 *
 * @throws EmbeddedPostgresError when it cannot be read or written, or when there is a cluster
 *   whose password got lost.
 */
export async function readOrMakePassword(dataDir: string, hasCluster: boolean): Promise<string> {
  const file = join(dataDir, 'postgres-password');
  try {
    return await readPassword(file);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw cannot('read', file, error);
    if (hasCluster) {
      throw new EmbeddedPostgresError(
        `${file} is missing, so nobody can log in to the database next to it. ` +
          'Restore that file from where the database came from.',
        { cause: error },
      );
    }
  }
  try {
    await makePassword(file);
    return await readPassword(file);
  } catch (error) {
    throw cannot('write', file, error);
  }
}

async function readPassword(file: string): Promise<string> {
  const password = (await readFile(file, 'utf8')).trim();
  if (password === '') throw new Error('it is empty');
  return password;
}

async function makePassword(file: string): Promise<void> {
  const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(`${randomBytes(24).toString('base64url')}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // Unlike a rename, a link never replaces the password of a faster process.
    await link(draft, file);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function cannot(verb: string, file: string, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(`Cannot ${verb} ${file}: ${reasonOf(cause)}`, { cause });
}
