import { access, chmod, chown, constants, mkdir, realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';
import type { RunAs } from './run-as.js';

/**
 * Makes sure that Watchbook's DATA_DIR exists and is writable. A new one is private; when the
 * server runs as another user, that user's group may pass through it (0710), but not look around.
 *
 * @returns its absolute path, free of symlinks.
 * @throws EmbeddedPostgresError when it is a file, cannot be made or cannot be written to.
 */
export async function prepareDataDir(dataDir: string, runAs: RunAs | undefined): Promise<string> {
  const path = resolve(dataDir);
  try {
    await mkdir(dirname(path), { recursive: true });
    await makePrivate(path, runAs);
    const real = await realpath(path);
    await access(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return real;
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `DATA_DIR ${path} ${trouble(cause)}. Make it a folder that Watchbook may write to, ` +
        'or set DATA_DIR to another one.',
      { cause },
    );
  }
}

async function makePrivate(path: string, runAs: RunAs | undefined): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    // A file fails here with ENOTDIR; a folder that exists already keeps its mode.
    await access(`${path}/.`);
    return;
  }
  if (!runAs) return;
  await chown(path, 0, runAs.gid);
  await chmod(path, 0o710);
}

function trouble(cause: unknown): string {
  switch (codeOf(cause)) {
    case 'ENOTDIR':
    case 'EEXIST':
      return 'is not a folder, or lies below something that is none';
    case 'EACCES':
    case 'EPERM':
      return 'is not writable for the user Watchbook runs as';
    case 'EROFS':
      return 'is on a read-only file system';
    case 'ENOSPC':
      return 'is on a full disk';
    default:
      return `cannot be used (${reasonOf(cause)})`;
  }
}
