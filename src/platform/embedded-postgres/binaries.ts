import { chmod, cp, lstat, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { firstClosedFolder, makeOpenFolder, mayRead } from './access.js';
import type { Binaries } from './cluster.js';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';
import type { Host } from './host.js';
import { addLinks, missingLinks } from './library-links.js';
import type { RunAs } from './run-as.js';
import { removeLeftovers, withTempFolder } from './temp-folder.js';
import { runTool, tail } from './tools.js';

/**
 * Makes PostgreSQL's programs ready to run: from npm's folder where possible, otherwise from a
 * copy, made once per version, in the first of some places that works.
 *
 * @throws EmbeddedPostgresError when no place works, or the programs do not run on this system.
 */
export async function prepareBinaries(
  host: Host,
  runAs: RunAs | undefined,
  dataDir: string,
  log: (message: string) => void,
): Promise<Binaries> {
  const trouble = await troubleWith(host.nativeDir, runAs);
  const nativeDir = trouble
    ? await findOrMakeCopy(host, runAs, dataDir, trouble, log)
    : host.nativeDir;
  const binaries = programsIn(nativeDir);
  await checkThatItRuns(binaries, runAs);
  return binaries;
}

function programsIn(nativeDir: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(nativeDir, 'bin', name + suffix);
  return { postgres: program('postgres'), initdb: program('initdb'), pgCtl: program('pg_ctl') };
}

/** Why the server's user cannot run from here, after repairing what can be repaired. */
async function troubleWith(
  nativeDir: string,
  runAs: RunAs | undefined,
): Promise<string | undefined> {
  try {
    await addLinks(nativeDir, await missingLinks(nativeDir));
    await makeExecutable(nativeDir);
  } catch (error) {
    return `it is incomplete and cannot be repaired in place (${reasonOf(error)})`;
  }
  const closed = runAs && (await whatIsClosed(nativeDir, runAs));
  return closed ? `the user "${runAs.name}" may not use ${closed}` : undefined;
}

async function makeExecutable(nativeDir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const { postgres, initdb, pgCtl } = programsIn(nativeDir);
  for (const program of [postgres, initdb, pgCtl]) {
    const { mode } = await stat(program);
    if ((mode & 0o100) === 0) await chmod(program, mode | 0o755);
  }
}

async function whatIsClosed(nativeDir: string, runAs: RunAs): Promise<string | undefined> {
  const closed = await firstClosedFolder(join(nativeDir, 'bin'), runAs);
  if (closed) return closed;
  // A strict umask during npm install closes files, too; a few stand for all.
  for (const part of ['bin/postgres', 'bin/initdb', 'lib', 'share']) {
    if (!(await mayRead(join(nativeDir, part), runAs))) return join(nativeDir, part);
  }
  return undefined;
}

async function findOrMakeCopy(
  host: Host,
  runAs: RunAs | undefined,
  dataDir: string,
  trouble: string,
  log: (message: string) => void,
): Promise<string> {
  const name = `postgres-${host.version}`;
  const places = [
    join(host.relocationRoot, name),
    join(dataDir, name),
    join(host.tmpDir, `watchbook-${name}-${process.getuid?.() ?? 0}`),
  ];
  const failures: unknown[] = [];
  for (const place of places) {
    try {
      const isNew = await copyOnce(host.nativeDir, place);
      await checkCopy(place, runAs);
      if (isNew) log(`PostgreSQL runs from a copy in ${place}: in ${host.nativeDir} ${trouble}`);
      return place;
    } catch (error) {
      failures.push(error);
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL cannot run from ${host.nativeDir}: ${trouble}. Nor can it be copied elsewhere:\n` +
      failures.map((failure) => `- ${reasonOf(failure)}`).join('\n') +
      '\nSet DATABASE_URL to use a PostgreSQL server of your own.',
    { cause: new AggregateError(failures) },
  );
}

/** @returns whether the copy was made now. */
async function copyOnce(nativeDir: string, place: string): Promise<boolean> {
  if (await exists(place)) return false;
  await makeOpenFolder(dirname(place));
  await removeLeftovers(place);
  return withTempFolder(place, async (folder) => {
    await cp(nativeDir, folder, { recursive: true, verbatimSymlinks: true });
    await addLinks(folder, await missingLinks(folder));
    await openForReading(folder);
    return renameUnlessThere(folder, place);
  });
}

async function checkCopy(place: string, runAs: RunAs | undefined): Promise<void> {
  const { uid, mode } = await lstat(place);
  // Others may write to the temp folder: a program that someone else put there is not run.
  if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) {
    throw new Error(`${place} does not belong to the user Watchbook runs as`);
  }
  const closed = runAs && (await whatIsClosed(place, runAs));
  if (closed) throw new Error(`the user "${runAs.name}" may not use ${closed}`);
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const isProgram = entry.isDirectory() || entry.parentPath === join(folder, 'bin');
    await chmod(join(entry.parentPath, entry.name), isProgram ? 0o755 : 0o644);
  }
}

async function renameUnlessThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function checkThatItRuns(binaries: Binaries, runAs: RunAs | undefined): Promise<void> {
  const { succeeded, output } = await runTool(binaries.postgres, ['--version'], runAs, '/');
  if (succeeded) return;
  throw new EmbeddedPostgresError(
    `The embedded PostgreSQL (${binaries.postgres}) does not run on this system: ` +
      `${tail(output)}\nSet DATABASE_URL to use a PostgreSQL server of your own.`,
  );
}
