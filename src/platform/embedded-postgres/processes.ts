import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../error-code.js';

const run = promisify(execFile);

/** Whether a process with this id runs; one that has ended but was not reaped does not. */
export async function isAlive(pid: number): Promise<boolean> {
  if (!isKnown(pid)) return false;
  if (process.platform !== 'linux') return true;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in brackets, which may itself hold brackets.
  return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

/** Whether the system knows the process at all; unlike `isAlive`, also when it waits for reaping. */
export function isKnown(pid: number): boolean {
  return signalling(pid) !== 'impossible';
}

/**
 * Whether the living process `pid` is the PostgreSQL server of the data folder `dir`; undefined
 * when the system does not tell.
 */
export async function isServerOf(dir: string, pid: number): Promise<boolean | undefined> {
  // Our server always runs as a user whose processes we may signal.
  if (signalling(pid) === 'forbidden') return false;
  try {
    if (process.platform === 'linux') return matches(await linuxCommand(pid), dir);
    if (process.platform !== 'win32') {
      const { stdout } = await run('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
      return stdout.includes('postgres') && stdout.includes(dir);
    }
    const { stdout } = await run('tasklist', ['/nh', '/fo', 'csv', '/fi', `PID eq ${pid}`]);
    return stdout.includes('postgres.exe');
  } catch {
    return undefined;
  }
}

async function linuxCommand(pid: number): Promise<string[]> {
  return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
}

function matches([program = '', ...rest]: string[], dir: string): boolean {
  return basename(program).startsWith('postgres') && rest.includes(dir);
}

function signalling(pid: number): 'allowed' | 'forbidden' | 'impossible' {
  try {
    process.kill(pid, 0);
    return 'allowed';
  } catch (error) {
    return codeOf(error) === 'EPERM' ? 'forbidden' : 'impossible';
  }
}
