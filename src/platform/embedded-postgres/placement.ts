import { createHash } from 'node:crypto';
import { lstat, readlink, realpath, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { firstClosedFolder, makeOpenFolder } from './access.js';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';
import type { Host } from './host.js';
import type { RunAs } from './run-as.js';

/** Where people look for the cluster: the folder itself, or a symlink to it. */
export function visibleClusterDir(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Decides where the cluster of `dataDir` (a real path) lives: inside of it, unless the server's
 * user cannot get there. A cluster that exists stays where it is.
 *
 * @throws EmbeddedPostgresError when the server's user reaches no possible place.
 */
export async function placeCluster(
  dataDir: string,
  runAs: RunAs | undefined,
  host: Host,
): Promise<string> {
  const visible = visibleClusterDir(dataDir);
  const existing = await followed(visible);
  if (!runAs) return existing ?? visible;
  if (existing) {
    const closed = await firstClosedFolder(dirname(existing), runAs);
    if (closed) throw unreachable(existing, closed, runAs);
    return existing;
  }
  const closed = await firstClosedFolder(dataDir, runAs);
  return closed ? relocate(dataDir, closed, runAs, host) : visible;
}

/** Leaves a symlink in DATA_DIR when the cluster lives elsewhere. */
export async function leaveSign(dataDir: string, clusterDir: string): Promise<void> {
  const visible = visibleClusterDir(dataDir);
  if (clusterDir === visible) return;
  try {
    await symlink(clusterDir, visible);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

async function relocate(
  dataDir: string,
  closed: string,
  runAs: RunAs,
  host: Host,
): Promise<string> {
  const id = createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
  const home = join(host.relocationRoot, id);
  try {
    await makeOpenFolder(host.relocationRoot);
    await makeOpenFolder(home);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${unreachable(dataDir, closed, runAs).message} (${home}, where the data would go instead, ` +
        `cannot be made: ${reasonOf(cause)}.)`,
      { cause },
    );
  }
  const closedToo = await firstClosedFolder(home, runAs);
  if (closedToo) throw unreachable(home, closedToo, runAs);
  return join(await realpath(home), 'postgres');
}

async function followed(visible: string): Promise<string | undefined> {
  const stats = await lstat(visible).catch(() => undefined);
  if (!stats) return undefined;
  try {
    return await realpath(visible);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `${visible} points to ${await readlink(visible)}, which is missing. Bring the database ` +
        'back there, or remove the link to begin with an empty one.',
      { cause },
    );
  }
}

function unreachable(path: string, closed: string, runAs: RunAs): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and "${runAs.name}", who runs it instead, may not enter ` +
      `${closed} on the way to ${path}. Open it (chmod o+x ${closed}), start Watchbook as an ` +
      'ordinary user, or set DATA_DIR to another folder.',
  );
}
