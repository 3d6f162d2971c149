import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../error-code.js';

/** What a running server says about itself in its data folder. */
export interface PidFile {
  readonly pid: number;
  /** Undefined while the server has not got that far yet. */
  readonly port: number | undefined;
  /** "starting", "ready", "stopping"… */
  readonly status: string;
}

/** The server's pid file; undefined when there is none, 'empty' when it says nothing (yet). */
export async function readPidFile(clusterDir: string): Promise<PidFile | 'empty' | undefined> {
  try {
    const lines = (await readFile(pathOf(clusterDir), 'utf8')).split('\n');
    const pid = pidIn(lines);
    if (Number.isNaN(pid) || pid === 0) return 'empty';
    const port = parseInt(lines[3] ?? '', 10);
    return { pid, port: port > 0 ? port : undefined, status: lines[7]?.trim() ?? '' };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Makes a stale pid file harmless: it names a process that cannot exist then. Removing it would
 * also remove the id of the shared memory in it, by which PostgreSQL notices that processes of the
 * dead server are still at work on the data. One that is gone or names another process by now is
 * left alone: its server has ended in good order meanwhile, and a new one may have begun.
 */
export async function defusePidFile(clusterDir: string, stalePid: number): Promise<void> {
  // Opened, not replaced: the file has to keep its owner.
  const handle = await openIfThere(pathOf(clusterDir));
  if (handle === undefined) return;
  try {
    const lines = (await handle.readFile('utf8')).split('\n');
    if (pidIn(lines) !== stalePid) return;
    await handle.truncate();
    await handle.write([IMPOSSIBLE_PID, ...lines.slice(1)].join('\n'), 0);
  } finally {
    await handle.close();
  }
}

/** Removes a pid file that says nothing: PostgreSQL refuses to start over it. */
export async function removePidFile(clusterDir: string): Promise<void> {
  await rm(pathOf(clusterDir), { force: true });
}

/** Milliseconds since the pid file was last written; 0 when it is gone. */
export async function ageOfPidFile(clusterDir: string): Promise<number> {
  return stat(pathOf(clusterDir)).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}

// Beyond what any kernel hands out.
const IMPOSSIBLE_PID = 2 ** 31 - 2;

/** NaN when there is none. A server in single-user mode writes its id with a minus. */
function pidIn(lines: readonly string[]): number {
  return Math.abs(parseInt(lines[0] ?? '', 10));
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function pathOf(clusterDir: string): string {
  return join(clusterDir, 'postmaster.pid');
}
