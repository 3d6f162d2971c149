import { setTimeout as sleep } from 'node:timers/promises';
import { APPLICATION, type Cluster } from './cluster.js';
import { reasonOf } from './errors.js';
import { findRunningServer } from './find-running.js';
import { hangUp } from './knock.js';
import { type ServerProcess, endServer, watchServer } from './server-process.js';
import { startServer } from './start-server.js';
import type { OwnedServer } from './take-cluster.js';

/** A PostgreSQL of our own. It keeps Node running, as a listening socket does, until stopped. */
export interface EmbeddedPostgres {
  /** For role and database `watchbook`; good for the whole life, restarts included. */
  readonly url: string;
  /**
   * Shuts the server down and returns when it is gone. May be called again, and any time.
   *
   * @throws EmbeddedPostgresError when it has not ended after 20 s.
   */
  stop(): Promise<void>;
}

/** Keeps a server running: when it ends by itself, it is started again, on the same port. */
export function supervise(cluster: Cluster, { server, lock }: OwnedServer): EmbeddedPostgres {
  const stopping = new AbortController();
  let current = server;

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      const how = await current.exited;
      if (stopping.signal.aborted) return;
      cluster.log(`PostgreSQL ended by itself (${how}); starting it again`);
      const next = await restart(cluster, current.port, stopping.signal);
      if (!next) return;
      current = next;
      // It came up while stop() was busy with the old one.
      if (isAborted(stopping.signal)) return endServer(cluster, next);
      cluster.log('PostgreSQL runs again');
    }
  };
  const running = keepRunning();

  const stop = async (): Promise<void> => {
    stopping.abort();
    // Kept until the server is gone, so that nobody adopts one that is on its way down.
    lock.letGo();
    try {
      await endServer(cluster, current);
      await running;
    } finally {
      await lock.release();
    }
  };
  let stopped: Promise<void> | undefined;

  return {
    url: `postgres://${APPLICATION}:${encodeURIComponent(cluster.password)}@127.0.0.1:${server.port}/${APPLICATION}`,
    stop: () => (stopped ??= stop()),
  };
}

/** Tries until a server runs on the port; undefined when told to stop. */
async function restart(
  cluster: Cluster,
  port: number,
  signal: AbortSignal,
): Promise<ServerProcess | undefined> {
  let lastReason = '';
  for (let pause = 100; !signal.aborted; pause = Math.min(pause * 2, 5_000)) {
    const outcome = await tryRestart(cluster, port, signal).catch(reasonOf);
    if (typeof outcome === 'object') return outcome;
    if (!isAborted(signal) && outcome !== lastReason) {
      cluster.log(`PostgreSQL does not start again yet, trying on: ${outcome}`);
    }
    lastReason = outcome;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

/** @returns the server, or why there is none. */
async function tryRestart(
  cluster: Cluster,
  port: number,
  signal: AbortSignal,
): Promise<ServerProcess | string> {
  const running = await findRunningServer(cluster);
  if (running) {
    await hangUp(running.client);
    if (running.port === port) return watchServer(running.pid, port);
    return `process ${running.pid} runs on ${cluster.dir} now, on port ${running.port}`;
  }
  const result = await startServer(cluster, port, signal);
  if (result.kind !== 'started') return REASONS[result.kind];
  await hangUp(result.client);
  return result.server;
}

const REASONS = {
  beaten: 'another server was faster',
  lingering: 'processes of the old server are still ending',
  'port-taken': 'another program listens on its port now',
} as const;

// A function, since the compiler takes what it once read of a signal for its state forever.
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
