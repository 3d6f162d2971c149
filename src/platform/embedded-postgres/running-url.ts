import { resolve } from 'node:path';
import { Client } from 'pg';
import { APPLICATION } from './cluster.js';
import { readOrMakePassword } from './password.js';
import { readPidFile } from './pid-file.js';
import { visibleClusterDir } from './placement.js';

/**
 * The address of the embedded PostgreSQL that a running Watchbook keeps on a data folder, for a command that wants to
 * look into it from beside; `undefined` when none answers.
 */
export async function runningEmbeddedUrl(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir);
  const file = await readPidFile(visibleClusterDir(folder));
  if (file === undefined || file === 'empty' || file.port === undefined) return undefined;
  const password = await readOrMakePassword(folder, true);
  const url = `postgres://${APPLICATION}:${encodeURIComponent(password)}@127.0.0.1:${file.port}/${APPLICATION}`;
  return (await answers(url)) ? url : undefined;
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
