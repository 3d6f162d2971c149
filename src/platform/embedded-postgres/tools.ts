import { spawn } from 'node:child_process';
import type { RunAs } from './run-as.js';

export interface ToolResult {
  readonly succeeded: boolean;
  /** What it printed, both streams, or why it could not be run. */
  readonly output: string;
}

/** Runs one of PostgreSQL's programs to its end. Never throws. */
export function runTool(
  program: string,
  args: readonly string[],
  runAs: RunAs | undefined,
  cwd: string,
): Promise<ToolResult> {
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program, args, {
      ...identity(runAs),
      cwd,
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', (error) => resolve({ succeeded: false, output: error.message }));
    child.on('close', (code) => resolve({ succeeded: code === 0, output }));
  });
}

/** The user part of the options of `spawn`. */
export function identity(runAs: RunAs | undefined): { uid?: number; gid?: number } {
  return runAs ? { uid: runAs.uid, gid: runAs.gid } : {};
}

/**
 * The environment for PostgreSQL's programs: none of Watchbook's secrets, nothing of another
 * installation (PGDATA, PGPORT…), and English messages, since some are recognised by their text.
 */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => KEPT.has(name.toUpperCase()));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

const KEPT = new Set(
  (
    'PATH HOME TZ TMPDIR LD_LIBRARY_PATH ' +
    'SYSTEMROOT SYSTEMDRIVE COMSPEC PATHEXT TEMP TMP APPDATA USERNAME USERPROFILE'
  ).split(' '),
);

/** The last `lines` lines of a text, without blank ones. */
export function tail(text: string, lines = 15): string {
  return text.split(/\r?\n/).filter(Boolean).slice(-lines).join('\n');
}
