import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { buildSlowFsync, commandOf, startPreloaded } from './slow-disk.js';

/** One server for all peers, on a folder that goes with it. */
export interface Server {
  readonly dataDir: string;
  /** In front of it, when its disk was made slow. */
  readonly preloaded?: string;
  /** Makes an empty database. */
  createDatabase(): Promise<Database>;
  /** The answer of a statement with one row of one column. */
  ask(statement: string): Promise<string>;
  /** Ends it and removes its folder; may be called again. */
  stop(): Promise<void>;
}

export interface Database {
  readonly url: string;
  /** The server writes a checkpoint meanwhile, so that what comes next begins with a clean slate. */
  drop(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  return withFolder(async (dataDir) => serverOf(dataDir, await startEmbedded(dataDir)));
}

/** The same with a slow disk; undefined where that cannot be made. */
export async function startSlowServer(): Promise<Server | undefined> {
  return withFolder(async (dataDir) => {
    const preloaded = await buildSlowFsync(dataDir);
    if (preloaded === undefined) {
      await removeFolder(dataDir);
      return undefined;
    }
    const { url, stop } = await startEmbedded(dataDir);
    const command = await commandOf(dataDir).finally(stop);
    const stopPreloaded = await startPreloaded(command, preloaded, () => ask(url, 'SELECT 1'));
    return { ...serverOf(dataDir, { url, stop: stopPreloaded }), preloaded };
  });
}

interface Running {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

async function startEmbedded(dataDir: string): Promise<Running> {
  const postgres = await startEmbeddedPostgres({ dataDir, settings });
  return { url: postgres.url, stop: () => postgres.stop() };
}

/** Checkpoints come when a database is dropped, not whenever a peer happens to have its turn. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
};

async function withFolder<T>(start: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
  // Under root, the server's user has to get through to its data.
  await chmod(dataDir, 0o711);
  try {
    return await start(dataDir);
  } catch (error) {
    await removeFolder(dataDir);
    throw error;
  }
}

async function removeFolder(dataDir: string): Promise<void> {
  await rm(dataDir, { recursive: true, force: true });
}

function serverOf(dataDir: string, { url, stop }: Running): Server {
  let stopped: Promise<void> | undefined;
  return {
    dataDir,
    ask: (statement) => ask(url, statement),
    createDatabase: () => createDatabase(url),
    stop: () => (stopped ??= stop().finally(() => removeFolder(dataDir))),
  };
}

async function createDatabase(serverUrl: string): Promise<Database> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await ask(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      // Not by force: that fails while autovacuum, which is not ours to end, is at work there. Without, it is ended.
      await ask(serverUrl, `DROP DATABASE ${name}`);
    },
  };
}

async function ask(url: string, statement: string): Promise<string> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}
