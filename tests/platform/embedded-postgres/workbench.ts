import { afterAll, beforeAll } from '@jest/globals';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { type Host, thisHost } from '../../../src/platform/embedded-postgres/host.js';
import { readPidFile } from '../../../src/platform/embedded-postgres/pid-file.js';
import { isAlive, isServerOf } from '../../../src/platform/embedded-postgres/processes.js';
import { startOnHost } from '../../../src/platform/embedded-postgres/start.js';
import type { EmbeddedPostgres } from '../../../src/platform/embedded-postgres/supervisor.js';

/** How a start in a process of its own went. */
export interface ChildStart {
  readonly pid: number;
  readonly url?: string;
  readonly name?: string;
  readonly message?: string;
}

/** Folders, servers and processes of one test, all gone after `clear`. */
export class Workbench {
  readonly logged: string[] = [];
  readonly #folders: string[] = [];
  readonly #clusters = new Set<string>();
  readonly #servers: EmbeddedPostgres[] = [];
  readonly #children: ChildProcess[] = [];

  /** A new folder which every user may pass through. */
  async folder(): Promise<string> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'watchbook-pg-')));
    await chmod(folder, 0o711);
    this.#folders.push(folder);
    return folder;
  }

  async dataDir(): Promise<string> {
    return join(await this.folder(), 'data');
  }

  /** A new folder with all that is in the other one, owners and modes too; no server may be running on that. */
  async copyOf(dataDir: string): Promise<string> {
    const copy = await this.dataDir();
    await promisify(execFile)('cp', ['-a', dataDir, copy]);
    return copy;
  }

  async host(changes: Partial<Host> = {}): Promise<Host> {
    return { ...(await thisHost()), ...changes };
  }

  async start(
    dataDir: string,
    options: { host?: Host; settings?: Record<string, string> } = {},
  ): Promise<EmbeddedPostgres> {
    this.#clusters.add(join(dataDir, 'postgres'));
    const server = await startOnHost(
      {
        dataDir,
        log: (message) => this.logged.push(message),
        ...(options.settings && { settings: options.settings }),
      },
      options.host ?? (await this.host()),
    );
    this.#servers.push(server);
    return server;
  }

  /** Starts a Watchbook in another process, which stays until killed. */
  async startInChild(dataDir: string): Promise<ChildStart> {
    const child = this.spawnStart(dataDir);
    for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
      const parsed: unknown = JSON.parse(line);
      if (typeof parsed === 'object') return { pid: child.pid ?? 0, ...parsed };
    }
    throw new Error('The child said nothing.');
  }

  /** The same, without waiting for what becomes of it. */
  spawnStart(dataDir: string): ChildProcess {
    this.#clusters.add(join(dataDir, 'postgres'));
    const script = fileURLToPath(new URL('./start-and-wait.ts', import.meta.url));
    return this.spawn(process.execPath, ['--import', 'tsx', script, dataDir]);
  }

  spawn(command: string, args: string[], options: { uid?: number } = {}): ChildProcess {
    const child = spawn(command, args, {
      ...options,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#children.push(child);
    return child;
  }

  async kill(pid: number): Promise<void> {
    const child = this.#children.find((each) => each.pid === pid);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async clear(): Promise<void> {
    await Promise.allSettled(this.#servers.map((server) => server.stop()));
    for (const { pid } of this.#children) await this.kill(pid ?? 0);
    for (const cluster of this.#clusters) await endLeftServer(cluster);
    for (const folder of this.#folders) {
      // The initdb of a killed start may still be writing.
      await rm(folder, { recursive: true, force: true, maxRetries: 10 });
    }
  }
}

/**
 * For tests that are not about first starts: a copy of a data folder on which a Watchbook was started and stopped, once
 * for all tests of a file. Not where its server is killed again and again: each recovery writes to disk first what is
 * new, and a copy is new as a whole.
 */
export function useStoppedDataDir(bench: () => Workbench): () => Promise<string> {
  const workbench = new Workbench();
  let original: string | undefined;
  beforeAll(async () => {
    const dataDir = await workbench.dataDir();
    await (await workbench.start(dataDir)).stop();
    original = dataDir;
  });
  afterAll(() => workbench.clear());
  return () => {
    if (original === undefined) throw new Error('The folder is there during the tests');
    return bench().copyOf(original);
  };
}

/** The process id of the server on a data folder; undefined when none lives. */
export async function serverPid(dataDir: string): Promise<number | undefined> {
  const cluster = await realpath(join(dataDir, 'postgres'));
  const file = await readPidFile(cluster);
  if (typeof file !== 'object' || !(await isServerOf(cluster, file.pid))) return undefined;
  return (await isAlive(file.pid)) ? file.pid : undefined;
}

/** The first row of a query's result. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** The url of the cluster's superuser. */
export async function superuserUrl(dataDir: string, url: string): Promise<string> {
  const password = (await readFile(join(dataDir, 'postgres-password'), 'utf8')).trim();
  return `postgres://postgres:${password}@${new URL(url).host}/postgres`;
}

/** Tries until `probe` neither throws nor gives something falsy. */
export async function eventually<T>(probe: () => T | Promise<T>, patience = 15_000): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    try {
      const result = await probe();
      if (result) return result;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    if (Date.now() > deadline) throw new Error('It did not happen in time.');
    await sleep(50);
  }
}

async function endLeftServer(cluster: string): Promise<void> {
  const dir = await realpath(cluster).catch(() => undefined);
  const file = dir && (await readPidFile(dir));
  if (typeof file !== 'object' || !(await isServerOf(dir ?? '', file.pid))) return;
  process.kill(file.pid, 'SIGINT');
  await eventually(async () => !(await isAlive(file.pid)));
}
