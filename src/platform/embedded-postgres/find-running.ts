import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Cluster } from './cluster.js';
import { DataDirInUse, EmbeddedPostgresError } from './errors.js';
import { type Answer, knock } from './knock.js';
import {
  type PidFile,
  ageOfPidFile,
  defusePidFile,
  readPidFile,
  removePidFile,
} from './pid-file.js';
import { isAlive, isKnown, isServerOf } from './processes.js';

/** A server that was there already, answering; the client is the caller's to end. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
  readonly client: pg.Client;
}

/**
 * Finds the server that runs on the cluster, waiting for one that is starting, recovering or
 * stopping. Where there is none, the way is free for a new one: a pid file that PostgreSQL would
 * stumble over is made harmless.
 *
 * @throws DataDirInUse when the server runs in another container.
 * @throws EmbeddedPostgresError when the server does not take our password, or nothing can be
 *   said about it for too long.
 */
export async function findRunningServer(cluster: Cluster): Promise<RunningServer | undefined> {
  const started = Date.now();
  let announced = false;
  for (;;) {
    const verdict = await examine(cluster);
    if (verdict === 'none') return undefined;
    if (typeof verdict === 'object') return verdict;
    const waited = Date.now() - started;
    if (waited > PATIENCE[verdict]) throw givenUp(cluster, waited);
    if (!announced && waited > 2_000) {
      announced = true;
      cluster.log('PostgreSQL is not ready yet (recovering or shutting down); waiting for it');
    }
    await sleep(100);
  }
}

/** For how many milliseconds a server is waited for. */
const PATIENCE = {
  // Recovery reads everything since the last checkpoint: minutes, on a slow disk.
  busy: 10 * 60_000,
  unclear: 10_000,
} as const;

async function examine(cluster: Cluster): Promise<RunningServer | 'none' | keyof typeof PATIENCE> {
  const file = await readPidFile(cluster.dir);
  if (!file) return 'none';
  if (file === 'empty') return examineEmpty(cluster);
  const answer = await ask(cluster, file);
  const alive = await isAlive(file.pid);
  if (answer?.kind === 'connected') {
    if (alive && file.port) return { pid: file.pid, port: file.port, client: answer.client };
    await answer.client.end();
    throw new DataDirInUse(cluster.dataDir, 'outside of this container');
  }
  if (!alive) {
    // PostgreSQL takes over from a dead process by itself, but takes one that nobody reaped (no
    // init in the container) for alive.
    if (isKnown(file.pid)) await defusePidFile(cluster.dir, file.pid);
    return 'none';
  }
  return examineProcess(cluster, file, answer);
}

async function examineEmpty(cluster: Cluster): Promise<'none' | 'unclear'> {
  // A server that is just starting fills it within moments.
  if ((await ageOfPidFile(cluster.dir)) < 3_000) return 'unclear';
  await removePidFile(cluster.dir);
  return 'none';
}

async function examineProcess(
  cluster: Cluster,
  file: PidFile,
  answer: Answer | undefined,
): Promise<'none' | keyof typeof PATIENCE> {
  const isOurs = await isServerOf(cluster.dir, file.pid);
  if (isOurs === false) {
    // The id went to another program since: after a reboot, or in a new container.
    await defusePidFile(cluster.dir, file.pid);
    return 'none';
  }
  if (answer?.kind === 'rejected') throw rejected(cluster, file, answer.cause);
  return isOurs ? 'busy' : 'unclear';
}

async function ask(cluster: Cluster, file: PidFile): Promise<Answer | undefined> {
  return file.port === undefined ? undefined : knock(cluster, file.port);
}

function rejected(cluster: Cluster, file: PidFile, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `A PostgreSQL (process ${file.pid}) runs on ${cluster.dir}, but does not take the password ` +
      `in ${cluster.dataDir}. Stop it, or restore the file that goes with it.`,
    { cause },
  );
}

function givenUp(cluster: Cluster, waited: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `${cluster.dir}/postmaster.pid names a process that has not answered for ` +
      `${Math.round(waited / 1_000)} s. See ${cluster.logFile}. If no PostgreSQL runs on that ` +
      'folder, remove the file and start again.',
  );
}
