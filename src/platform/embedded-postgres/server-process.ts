import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './errors.js';
import { isAlive, isServerOf } from './processes.js';
import { identity, runTool, serverEnvironment } from './tools.js';

/** A server that runs, or ran. */
export interface ServerProcess {
  /** Undefined when it could not even be spawned. */
  readonly pid: number | undefined;
  readonly port: number;
  /** Resolves to how it ended, in words. Never rejects. */
  readonly exited: Promise<string>;
}

/**
 * Spawns the server: detached, so that Ctrl-C in a terminal reaches only Watchbook, which ends the
 * server when it is done with it. Its output goes to the cluster's log file.
 */
export function spawnServer(cluster: Cluster, port: number): ServerProcess {
  const log = openSync(cluster.logFile, 'a', 0o600);
  try {
    const child = spawn(cluster.binaries.postgres, ['-D', cluster.dir, ...options(cluster, port)], {
      ...identity(cluster.runAs),
      cwd: cluster.dir,
      env: serverEnvironment(),
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
    });
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code ?? 'unknown'}`));
    });
    child.unref();
    return { pid: child.pid, port, exited };
  } finally {
    closeSync(log);
  }
}

/** Watches a server that another process spawned. */
export function watchServer(pid: number, port: number): ServerProcess {
  const watch = async (): Promise<string> => {
    while (await isAlive(pid)) await sleep(250);
    return 'its process is gone';
  };
  return { pid, port, exited: watch() };
}

/**
 * Ends a server, and returns when it is gone: fast shutdown for 10 s, then an immediate one, from
 * which the next start recovers.
 *
 * @throws EmbeddedPostgresError when it does not end.
 */
export async function endServer(cluster: Cluster, server: ServerProcess): Promise<void> {
  for (const [signal, patience] of SHUTDOWNS) {
    if (!server.pid || !(await isAlive(server.pid))) return;
    // An adopted server's id may be somebody else's by now.
    if ((await isServerOf(cluster.dir, server.pid)) === false) return;
    await send(cluster, server.pid, signal);
    if (await isGoneWithin(server.pid, patience)) return;
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL (process ${server.pid ?? '?'}) does not end. See ${cluster.logFile}.`,
  );
}

const SHUTDOWNS = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 10_000],
] as const;

function options(cluster: Cluster, port: number): string[] {
  const settings = {
    fsync: 'on',
    synchronous_commit: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...cluster.settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    logging_collector: 'off',
    log_destination: 'stderr',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function send(cluster: Cluster, pid: number, signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
  if (process.platform === 'win32') {
    // Windows has no signals; PostgreSQL brings its own.
    const args = ['kill', signal.slice(3), String(pid)];
    await runTool(cluster.binaries.pgCtl, args, undefined, cluster.dir);
    return;
  }
  try {
    process.kill(pid, signal);
  } catch {
    // Gone in the meantime.
  }
}

async function isGoneWithin(pid: number, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    if (!(await isAlive(pid))) return true;
    await sleep(20);
  }
  return false;
}
