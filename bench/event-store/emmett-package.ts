import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { benchPackage } from './paths.js';
import { type Progress } from './progress.js';

/** Installs what bench/package.json names, emmett, unless it is there. */
export async function ensureEmmett(progress: Progress): Promise<void> {
  const folder = path.join(benchPackage, 'node_modules/@event-driven-io/emmett-postgresql');
  try {
    await access(folder);
  } catch {
    progress('emmett is installed');
    await promisify(execFile)('npm', ['ci', '--prefix', benchPackage, '--no-audit', '--no-fund']);
  }
}
