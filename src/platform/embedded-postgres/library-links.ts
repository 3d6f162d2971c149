import { lstat, readFile, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { codeOf } from '../error-code.js';

export interface Link {
  /** What the link points to, relative to the package's folder. */
  readonly source: string;
  /** The link itself, relative to the package's folder. */
  readonly target: string;
}

/**
 * npm packages cannot hold symlinks, and PostgreSQL's libraries need some (libicu…). The package's
 * install script makes them, unless npm was told to run no scripts: then these are the missing.
 */
export async function missingLinks(nativeDir: string): Promise<Link[]> {
  const missing = [];
  for (const link of await listLinks(nativeDir)) {
    if (!(await isThere(inside(nativeDir, link.target)))) missing.push(link);
  }
  return missing;
}

/** Makes the links, relative ones, so that the folder can be moved. */
export async function addLinks(nativeDir: string, links: readonly Link[]): Promise<void> {
  for (const { source, target } of links) {
    try {
      await symlink(relative(dirname(target), source), inside(nativeDir, target));
    } catch (error) {
      // Another process, starting at the same time, was faster.
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

async function listLinks(nativeDir: string): Promise<Link[]> {
  const list = await readFile(join(nativeDir, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const parsed: unknown = JSON.parse(list);
  return Array.isArray(parsed) ? parsed.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

// The list's paths begin with "native/", whatever a copy of that folder is called.
function inside(nativeDir: string, path: string): string {
  return join(nativeDir, relative('native', path));
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
