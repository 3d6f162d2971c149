import { chown, mkdir, open, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Cluster, SUPERUSER } from './cluster.js';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError } from './errors.js';
import { removeLeftovers, withTempFolder } from './temp-folder.js';
import { runTool, tail } from './tools.js';

/**
 * Makes the cluster unless it is there already: in a temp folder, renamed when complete, so that
 * a kill leaves nothing half done.
 *
 * @throws EmbeddedPostgresError when that fails, or when what is there is not a cluster of this
 *   PostgreSQL's major version.
 */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  await removeLeftovers(cluster.dir);
  if (await hasCluster(cluster.dir)) return checkVersion(cluster);
  await withTempFolder(cluster.dir, async (folder) => {
    await mkdir(folder, { mode: 0o700 });
    if (cluster.runAs) await chown(folder, cluster.runAs.uid, cluster.runAs.gid);
    const fresh = join(folder, 'cluster');
    await initdb(cluster, folder, fresh);
    await moveIntoPlace(fresh, cluster.dir);
  });
}

/**
 * Whether there is a cluster in `dir`.
 *
 * @throws EmbeddedPostgresError when there is something else.
 */
export async function hasCluster(dir: string): Promise<boolean> {
  try {
    const entries = await readdir(dir);
    if (entries.includes('PG_VERSION')) return true;
    if (entries.length === 0) return false;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return false;
    throw new EmbeddedPostgresError(`Cannot look into ${dir}, the folder of the database.`, {
      cause,
    });
  }
  throw new EmbeddedPostgresError(
    `${dir} should be the folder of the database, but holds something else. ` +
      'Move it away, or set DATA_DIR to another folder.',
  );
}

async function initdb(cluster: Cluster, folder: string, fresh: string): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, cluster.password, { mode: 0o600 });
  if (cluster.runAs) await chown(passwordFile, cluster.runAs.uid, cluster.runAs.gid);
  const { succeeded, output } = await runTool(
    cluster.binaries.initdb,
    [
      `--pgdata=${fresh}`,
      `--username=${SUPERUSER}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
    ],
    cluster.runAs,
    folder,
  );
  if (succeeded) return;
  throw new EmbeddedPostgresError(
    `The database could not be made in ${cluster.dir}. PostgreSQL's initdb says:\n${tail(output)}`,
  );
}

async function moveIntoPlace(fresh: string, dir: string): Promise<void> {
  try {
    await rename(fresh, dir);
  } catch (cause) {
    // Another process, starting at the same time, was faster: its cluster is as good as ours.
    if (codeOf(cause) === 'ENOTEMPTY' || codeOf(cause) === 'EEXIST') return;
    throw new EmbeddedPostgresError(`The new database could not be moved to ${dir}.`, { cause });
  }
  await syncFolder(dirname(dir));
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function checkVersion({ dir, dataDir, binaries, runAs }: Cluster): Promise<void> {
  const ofData = (await readFile(join(dir, 'PG_VERSION'), 'utf8')).trim();
  const { output } = await runTool(binaries.postgres, ['--version'], runAs, '/');
  const ofPrograms = /\d+/.exec(output)?.[0];
  if (ofData === ofPrograms) return;
  throw new EmbeddedPostgresError(
    `The database in ${dir} was made by PostgreSQL ${ofData}, and this Watchbook brings ` +
      `PostgreSQL ${ofPrograms ?? '?'}, which cannot read it. Either go back to the Watchbook that ` +
      `made it, or move it: dump it with the pg_dump of a PostgreSQL ${ofData} server running on ` +
      `that folder (password: ${join(dataDir, 'postgres-password')}), move the folder away, start ` +
      'Watchbook once, stop it, and restore the dump. Or set DATABASE_URL to a server that ' +
      'holds the data.',
  );
}
