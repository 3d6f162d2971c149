import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './processes.js';

const ours = new Set<string>();

/**
 * Lets `work` make a folder next to `target` (on the same disk, so that a rename is atomic) and
 * removes whatever is left of it afterwards.
 */
export async function withTempFolder<T>(
  target: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = `${target}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  ours.add(folder);
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    ours.delete(folder);
  }
}

/** Removes the temp folders for `target` which killed processes left behind. */
export async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${basename(target)}.new-`;
  for (const name of await readdir(dirname(target))) {
    const maker = name.startsWith(prefix) ? parseInt(name.slice(prefix.length), 10) : NaN;
    const path = join(dirname(target), name);
    if (Number.isNaN(maker) || ours.has(path)) continue;
    // In a container every run may have the same pid: our own, unless we know of it, is a dead one.
    if (maker !== process.pid && (await isAlive(maker))) continue;
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}
