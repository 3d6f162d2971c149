import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './errors.js';
import { hangUp, knock } from './knock.js';
import { type ServerProcess, endServer, spawnServer } from './server-process.js';
import { tail } from './tools.js';

/**
 * What came of a start:
 * - `started`: it answers, and the client is the caller's to end
 * - `beaten`: another server runs on the folder, or is just about to
 * - `lingering`: processes of a dead server have not ended yet
 * - `port-taken`: somebody else listens on the port
 */
export type StartResult =
  | { readonly kind: 'started'; readonly server: ServerProcess; readonly client: pg.Client }
  | { readonly kind: 'beaten' | 'lingering' | 'port-taken' };

/**
 * Starts a server on the cluster and waits until it answers, however long it recovers.
 *
 * @throws EmbeddedPostgresError with the server's own words when it ends again for a reason that
 *   another try does not cure; the signal's reason when that was aborted (the server is gone then).
 */
export async function startServer(
  cluster: Cluster,
  port: number,
  signal?: AbortSignal,
): Promise<StartResult> {
  const said = await beginLog(cluster.logFile);
  const server = spawnServer(cluster, port);
  let ended: string | undefined;
  void server.exited.then((how) => (ended = how));
  try {
    for (;;) {
      signal?.throwIfAborted();
      const answer = await knock(cluster, port);
      if (answer.kind === 'connected') {
        if (ended === undefined) return { kind: 'started', server, client: answer.client };
        await hangUp(answer.client);
      }
      if (ended !== undefined) return classify(cluster, ended, await said());
      await Promise.race([server.exited, sleep(50)]);
    }
  } catch (error) {
    await endServer(cluster, server);
    throw error;
  }
}

/** A port that nobody listens on at the moment. */
export async function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address
          ? resolve(address.port)
          : reject(new EmbeddedPostgresError('This system gives no free port on 127.0.0.1.')),
      );
    });
  });
}

function classify(
  cluster: Cluster,
  ended: string,
  said: string,
): { kind: 'beaten' | 'lingering' | 'port-taken' } {
  if (/lock file .* (already exists|is empty)/.test(said)) return { kind: 'beaten' };
  if (/pre-existing shared memory block/.test(said)) return { kind: 'lingering' };
  if (/could not (bind|create any TCP)/.test(said)) return { kind: 'port-taken' };
  throw new EmbeddedPostgresError(
    `PostgreSQL did not start on ${cluster.dir} (${ended}). It says:\n` +
      `${tail(said) || 'nothing'}\n(All of it: ${cluster.logFile})`,
  );
}

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

/** Rotates a log that has grown too big; returns how to read what is written from now on. */
async function beginLog(logFile: string): Promise<() => Promise<string>> {
  let size = await sizeOf(logFile);
  if (size > LOG_LIMIT_BYTES) {
    await rename(logFile, `${logFile}.1`);
    size = 0;
  }
  return async () => {
    const handle = await open(logFile, 'r');
    try {
      const length = Math.max(0, (await handle.stat()).size - size);
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size);
      return buffer.toString('utf8');
    } finally {
      await handle.close();
    }
  };
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
