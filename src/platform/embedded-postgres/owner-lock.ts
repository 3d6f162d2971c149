import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Cluster } from './cluster.js';
import { DataDirInUse } from './errors.js';
import { hangUp, knock } from './knock.js';

/**
 * Whoever holds this lock owns the server and its data folder. It belongs to a session, so that it
 * is free as soon as its holder is dead, however it died.
 */
export interface OwnerLock {
  /** Stops re-taking the lock when its connection breaks; the lock itself stays for now. */
  letGo(): void;
  /** Gives the lock back. */
  release(): Promise<void>;
}

/**
 * For how many milliseconds a running server is left to its owner, who may just have started it
 * (again) and takes the lock well within. Only then is it up for adoption.
 */
export const GRACE_MS = 1_000;

/**
 * Takes the lock over `client` (which is the lock's from now on) and keeps it: when the connection
 * breaks, it is taken again over a new one.
 *
 * @throws DataDirInUse when somebody else holds it.
 */
export async function takeOwnerLock(
  cluster: Cluster,
  port: number,
  client: pg.Client,
): Promise<OwnerLock> {
  // The holder may just have died: its server session takes a moment to notice.
  for (const pause of [100, 200, 400, 800, 0]) {
    if (await tryLock(client)) return keepLock(cluster, port, client);
    await sleep(pause);
  }
  const owner = await nameOfHolder(client);
  await hangUp(client);
  throw new DataDirInUse(cluster.dataDir, owner);
}

// The first spells "WBK1"; both are arbitrary, and the same in every version of Watchbook.
const KEYS = [0x57424b31, 1];

async function tryLock(client: pg.Client): Promise<boolean> {
  await client.query('SET idle_session_timeout = 0');
  const { rows } = await client.query<{ taken: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS taken',
    KEYS,
  );
  return rows[0]?.taken === true;
}

async function nameOfHolder(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name
       FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND granted
        AND classid = $1::bigint AND objid = $2::bigint AND objsubid = 2`,
    KEYS,
  );
  return /process \d+$/.exec(rows[0]?.name ?? '')?.[0] ?? 'an unknown process';
}

function keepLock(cluster: Cluster, port: number, first: pg.Client): OwnerLock {
  const stopping = new AbortController();
  let current = first;

  const watch = (client: pg.Client): void => {
    current = client;
    client.once('end', () => {
      if (!stopping.signal.aborted) void takeAgain().catch(() => undefined);
    });
  };
  const takeAgain = async (): Promise<void> => {
    const client = await retake(cluster, port, stopping.signal);
    if (!client) return;
    // Told to stop while the lock was being taken: nobody else would give this one back.
    if (stopping.signal.aborted) await hangUp(client);
    else watch(client);
  };
  watch(first);

  return {
    letGo: () => stopping.abort(),
    release: async () => {
      stopping.abort();
      await hangUp(current);
    },
  };
}

/** Tries until the lock is taken; undefined when told to stop. Quiet: the server's end is not. */
async function retake(
  cluster: Cluster,
  port: number,
  signal: AbortSignal,
): Promise<pg.Client | undefined> {
  while (!signal.aborted) {
    const answer = await knock(cluster, port);
    // Short, so that nobody takes a restarted server for an orphan: see GRACE_MS.
    let pause = 50;
    if (answer.kind === 'connected') {
      if (await tryLock(answer.client).catch(() => false)) return answer.client;
      await hangUp(answer.client);
      pause = 1_000;
    }
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
  }
  return undefined;
}
