import { join, resolve } from 'node:path';
import { ensureApplicationDatabase } from './application-database.js';
import { prepareBinaries } from './binaries.js';
import type { Cluster } from './cluster.js';
import { prepareDataDir } from './data-dir.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';
import { type Host, thisHost } from './host.js';
import { ensureCluster, hasCluster } from './initialise.js';
import { readOrMakePassword } from './password.js';
import { leaveSign, placeCluster, visibleClusterDir } from './placement.js';
import { chooseRunAs, giveToServer } from './run-as.js';
import { type EmbeddedPostgres, supervise } from './supervisor.js';
import { takeCluster } from './take-cluster.js';

export interface EmbeddedPostgresOptions {
  /** Watchbook's DATA_DIR; made if need be. The cluster is found below it, as `postgres`. */
  readonly dataDir: string;
  /** Called with a sentence whenever something happened that a person may want to know. */
  readonly log?: (message: string) => void;
  /** Settings of the server (`max_connections: '200'`); an adopted one keeps those it has. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Runs a PostgreSQL 18 of Watchbook's own on a data folder, making the database at the first start
 * and adopting a server which a killed Watchbook left behind.
 *
 * @throws DataDirInUse when another living Watchbook runs on the folder.
 * @throws EmbeddedPostgresError for whatever else is in the way, with what to do about it.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  return startOnHost(options, await thisHost());
}

/** The same on a computer that differs from this one in its folders: for tests. */
export async function startOnHost(
  options: EmbeddedPostgresOptions,
  host: Host,
): Promise<EmbeddedPostgres> {
  try {
    const cluster = await prepareCluster(options, host);
    const owned = await takeCluster(cluster);
    const running = supervise(cluster, owned);
    try {
      await ensureApplicationDatabase(cluster, owned.server.port);
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  } catch (cause) {
    if (cause instanceof EmbeddedPostgresError) throw cause;
    throw new EmbeddedPostgresError(
      `The embedded PostgreSQL could not be started on ${options.dataDir}: ${reasonOf(cause)}`,
      { cause },
    );
  }
}

async function prepareCluster(options: EmbeddedPostgresOptions, host: Host): Promise<Cluster> {
  const log = options.log ?? ((): void => undefined);
  const runAs = await chooseRunAs(visibleClusterDir(resolve(options.dataDir)));
  const dataDir = await prepareDataDir(options.dataDir, runAs);
  const dir = await placeCluster(dataDir, runAs, host);
  const isNew = !(await hasCluster(dir));
  const cluster: Cluster = {
    dataDir,
    dir,
    logFile: join(dataDir, 'postgres.log'),
    password: await readOrMakePassword(dataDir, !isNew),
    binaries: await prepareBinaries(host, runAs, dataDir, log),
    runAs,
    settings: options.settings ?? {},
    log,
  };
  if (!isNew && runAs) await giveToServer(dir, runAs);
  await ensureCluster(cluster);
  await leaveSign(dataDir, dir);
  if (isNew) log(announcement(cluster));
  return cluster;
}

function announcement({ dataDir, dir, runAs }: Cluster): string {
  if (dir === visibleClusterDir(dataDir)) return `A new database was made in ${dir}`;
  return (
    `A new database was made in ${dir}, with a link to it in ${dataDir}: PostgreSQL runs as the ` +
    `user "${runAs?.name ?? '?'}", who may not enter ${dataDir}`
  );
}
