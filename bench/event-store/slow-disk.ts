import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { slowFsyncSource } from './paths.js';

/** What is added to each fsync. */
export const delayMs = 1;

/** A library for LD_PRELOAD; undefined, when this is no Linux or has no gcc. */
export async function buildSlowFsync(folder: string): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  const library = path.join(folder, 'slow-fsync.so');
  const delay = `-DDELAY_NS=${delayMs * 1_000_000}`;
  try {
    await promisify(execFile)('gcc', [
      ...['-shared', '-fPIC', '-O2', delay, '-o', library, slowFsyncSource, '-ldl'],
    ]);
    return library;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** How a server was started, so that it can be started again with a library in front. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly uid: number;
  readonly gid: number;
}

/** Of the embedded server that runs on the folder. */
export async function commandOf(dataDir: string): Promise<Command> {
  const cluster = path.join(dataDir, 'postgres');
  const pid = (await readFile(path.join(cluster, 'postmaster.pid'), 'utf8')).split('\n')[0] ?? '';
  const [, ...args] = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').slice(0, -1);
  const { uid, gid } = await stat(`/proc/${pid}`);
  return { program: await readlink(`/proc/${pid}/exe`), args, uid, gid };
}

/** Starts it with the library in front. @returns What stops it. */
export async function startPreloaded(
  { program, args, uid, gid }: Command,
  library: string,
  answers: () => Promise<unknown>,
): Promise<() => Promise<void>> {
  const { LD_LIBRARY_PATH } = process.env;
  const child = spawn(program, args, {
    ...(process.getuid?.() === 0 && { uid, gid }),
    env: { LC_ALL: 'C', LD_PRELOAD: library, ...(LD_LIBRARY_PATH && { LD_LIBRARY_PATH }) },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await exited;
  };
  const deadline = performance.now() + startMs;
  for (;;) {
    try {
      await answers();
      return stop;
    } catch (error) {
      if (performance.now() < deadline && child.exitCode === null) {
        await sleep(50);
        continue;
      }
      await stop();
      throw new Error('PostgreSQL does not start with slow fsyncs', { cause: error });
    }
  }
}

const startMs = 20_000;
