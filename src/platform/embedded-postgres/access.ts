import { type Stats } from 'node:fs';
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RunAs } from './run-as.js';

/**
 * The outermost folder on the way to `path` (itself included) which `who` may not enter;
 * undefined when the way is open.
 */
export async function firstClosedFolder(path: string, who: RunAs): Promise<string | undefined> {
  for (const folder of ancestors(await realpath(path))) {
    if (!mayUse(await stat(folder), who, EXECUTE)) return folder;
  }
  return undefined;
}

/** Whether `who` may read the file or list the folder at `path`, the way there aside. */
export async function mayRead(path: string, who: RunAs): Promise<boolean> {
  return mayUse(await stat(path), who, READ);
}

/** Makes a folder which everybody may enter, whatever the umask, unless it is there already. */
export async function makeOpenFolder(path: string): Promise<void> {
  const firstMade = await mkdir(path, { recursive: true });
  if (firstMade) await chmod(path, 0o755);
}

const EXECUTE = 1;
const READ = 4;

// The server is spawned without supplementary groups: its user and main group are all that count.
function mayUse(stats: Stats, who: RunAs, wanted: number): boolean {
  const shift = stats.uid === who.uid ? 6 : stats.gid === who.gid ? 3 : 0;
  return ((stats.mode >> shift) & wanted) === wanted;
}

function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...ancestors(parent), path];
}
