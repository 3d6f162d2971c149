import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';

/** The one server for all peers, on a folder that goes with it. */
export interface Server {
  readonly dataDir: string;
  /** Makes an empty database. */
  createDatabase(): Promise<Database>;
  /** The answer of a statement with one row of one column. */
  ask(statement: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Database {
  readonly url: string;
  /** The server writes a checkpoint meanwhile, so that what comes next begins with a clean slate. */
  drop(): Promise<void>;
}

export async function startServer(): Promise<Server> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
  // Under root, the server's user has to get through to its data.
  await chmod(dataDir, 0o711);
  try {
    const postgres = await startEmbeddedPostgres({ dataDir, settings });
    const { url } = postgres;
    return {
      dataDir,
      ask: (statement) => ask(url, statement),
      createDatabase: () => createDatabase(url),
      async stop() {
        await postgres.stop();
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** Checkpoints come when a database is dropped, not whenever a peer happens to have its turn. */
const settings = {
  fsync: 'on',
  synchronous_commit: 'on',
  max_wal_size: '16GB',
  checkpoint_timeout: '1h',
};

async function createDatabase(serverUrl: string): Promise<Database> {
  const name = `bench_${randomBytes(6).toString('hex')}`;
  await ask(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    async drop() {
      await ask(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function ask(url: string, statement: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    return String(rows[0]?.[0]);
  } finally {
    await client.end();
  }
}
