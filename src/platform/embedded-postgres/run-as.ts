import { chmod, lchown, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../error-code.js';
import { EmbeddedPostgresError, reasonOf } from './errors.js';

/** The user the server runs as when Watchbook itself is root, which PostgreSQL refuses. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

const CANDIDATES = ['postgres', '_postgres', 'nobody'];

/**
 * Chooses the server's user: nobody in particular (undefined) unless this process is root. A
 * cluster that exists decides for itself, since PostgreSQL runs only as the owner of its data.
 *
 * @throws EmbeddedPostgresError when root finds no suitable user, or when the cluster belongs to
 *   a user other than the one who runs this process.
 */
export async function chooseRunAs(clusterDir: string): Promise<RunAs | undefined> {
  const uid = process.getuid?.();
  if (uid === undefined) return undefined;
  const owner = await ownerOf(clusterDir);
  if (uid === 0) return owner && owner.uid !== 0 ? await named(owner) : await firstCandidate();
  if (owner && owner.uid !== uid) {
    throw new EmbeddedPostgresError(
      `The database in ${clusterDir} belongs to the user with the id ${owner.uid}, but this ` +
        `process runs as ${uid}. Start Watchbook as that user, or set DATA_DIR to another folder.`,
    );
  }
  return undefined;
}

/** Hands over a cluster which root copied here (a restored backup, say) to the server's user. */
export async function giveToServer(clusterDir: string, runAs: RunAs): Promise<void> {
  const owner = await ownerOf(clusterDir);
  if (owner?.uid !== 0) return;
  for (const entry of await readdir(clusterDir, { recursive: true })) {
    await lchown(join(clusterDir, entry), runAs.uid, runAs.gid);
  }
  await chmod(clusterDir, 0o700);
  // Last, so that a kill in between leaves the rest to the next start.
  await lchown(clusterDir, runAs.uid, runAs.gid);
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw new EmbeddedPostgresError(
      `Cannot look at ${path} (${reasonOf(error)}). Start Watchbook as the user the folder ` +
        'belongs to, or set DATA_DIR to another one.',
      { cause: error },
    );
  }
}

async function firstCandidate(): Promise<RunAs> {
  const users = await readUsers();
  for (const name of CANDIDATES) {
    const user = users.find((each) => each.name === name && each.uid > 0);
    if (user) return user;
  }
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as. ' +
      'Create the user "postgres", start Watchbook as an ordinary user, or set DATABASE_URL.',
  );
}

async function named({ uid, gid }: { uid: number; gid: number }): Promise<RunAs> {
  const user = (await readUsers()).find((each) => each.uid === uid);
  return user ?? { uid, gid, name: `user ${uid}` };
}

async function readUsers(): Promise<RunAs[]> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
