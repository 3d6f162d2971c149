import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { DataDirInUse, EmbeddedPostgresError } from './errors.js';
import { findRunningServer } from './find-running.js';
import { hangUp } from './knock.js';
import { GRACE_MS, type OwnerLock, takeOwnerLock } from './owner-lock.js';
import { type ServerProcess, endServer, watchServer } from './server-process.js';
import { findFreePort, startServer } from './start-server.js';

/** A running server which is ours alone. */
export interface OwnedServer {
  readonly server: ServerProcess;
  readonly lock: OwnerLock;
}

/**
 * Becomes the owner of the cluster: of the server that runs on it already, left behind by a killed
 * Watchbook, or else of a new one.
 *
 * @throws DataDirInUse when a living Watchbook owns it.
 * @throws EmbeddedPostgresError when no server can be had.
 */
export async function takeCluster(cluster: Cluster): Promise<OwnedServer> {
  const deadline = Date.now() + PATIENCE;
  do {
    const owned = (await adopt(cluster)) ?? (await start(cluster));
    if (owned) return owned;
    await sleep(200);
  } while (Date.now() < deadline);
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start on ${cluster.dir} within ${PATIENCE / 1_000} s. ` +
      `See ${cluster.logFile}.`,
  );
}

/** For how many milliseconds starts are tried that another try may cure. */
const PATIENCE = 30_000;

async function adopt(cluster: Cluster): Promise<OwnedServer | undefined> {
  const running = await findRunningServer(cluster);
  if (!running) return undefined;
  const { pid, port, client } = running;
  try {
    await sleep(GRACE_MS);
    const lock = await takeOwnerLock(cluster, port, client);
    cluster.log(`PostgreSQL (process ${pid}) was still running, left behind: using it`);
    return { server: watchServer(pid, port), lock };
  } catch (error) {
    if (error instanceof DataDirInUse) throw error;
    // It is just ending: soon a new one can start.
    await hangUp(client);
    return undefined;
  }
}

async function start(cluster: Cluster): Promise<OwnedServer | undefined> {
  const port = await findFreePort();
  const result = await startServer(cluster, port);
  if (result.kind !== 'started') return undefined;
  const { server, client } = result;
  try {
    return { server, lock: await takeOwnerLock(cluster, port, client) };
  } catch (error) {
    // Another Watchbook found our server and took the lock first: then the server is its own.
    if (!(error instanceof DataDirInUse)) await endServer(cluster, server);
    throw error;
  }
}
