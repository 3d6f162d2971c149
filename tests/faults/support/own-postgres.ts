import { chmod, mkdtemp, readFile, realpath, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { runSql } from '../../http/support/database.js';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../../src/platform/embedded-postgres/index.js';
import { readPidFile } from '../../../src/platform/embedded-postgres/pid-file.js';
import { endPostgres, guard } from './guard.js';

/** Which processes of a server are killed. */
export type Victims = 'the server' | 'all processes' | 'a backend';

interface Place {
  /** Where its data goes, which its owner removes; a new one when left out. */
  readonly folder?: string;
  /** That of another server, to be reached as that one was. */
  readonly password?: string;
}

/** A server of a test's own, which it may kill: it is started again by what started it, as Watchbook's own is. */
export class OwnPostgres {
  private constructor(
    readonly dataDir: string,
    private readonly server: EmbeddedPostgres,
    private readonly clear: () => Promise<void>,
  ) {}

  static async start(
    settings: Readonly<Record<string, string>> = {},
    { folder, password }: Place = {},
  ): Promise<OwnPostgres> {
    const dataDir = folder ?? (await mkdtemp(path.join(await realpath(os.tmpdir()), prefix)));
    const removal = folder === undefined ? '; rm -rf "$0"' : '';
    const clear = guard(dataDir, endPostgres + removal);
    try {
      // Under root, the server's user has to get through to its data.
      await chmod(dataDir, 0o711);
      if (password !== undefined)
        await writeFile(path.join(dataDir, passwordFile), password, { mode: 0o600 });
      return new OwnPostgres(dataDir, await startEmbeddedPostgres({ dataDir, settings }), clear);
    } catch (error) {
      await clear();
      throw error;
    }
  }

  get url(): string {
    return this.server.url;
  }

  /** Of all its users. */
  async password(): Promise<string> {
    return (await readFile(path.join(this.dataDir, passwordFile), 'utf8')).trim();
  }

  /** For what only the superuser may do. */
  async superuserUrl(database = 'watchbook'): Promise<string> {
    const url = new URL(this.server.url);
    url.username = 'postgres';
    url.password = await this.password();
    url.pathname = `/${database}`;
    return url.href;
  }

  /** As the superuser. */
  async run(statement: string, database = 'watchbook'): Promise<Record<string, unknown>[]> {
    return runSql(await this.superuserUrl(database), statement);
  }

  /** SIGKILL; it is back when it can be reached again. */
  async kill(victims: Victims): Promise<void> {
    const pids = await this.pids(victims);
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended, as the others of a killed server do.
      }
    }
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await this.clear();
  }

  /** Those of the server itself come first: it would start the others again. */
  private async pids(victims: Victims): Promise<number[]> {
    const file = await readPidFile(await realpath(path.join(this.dataDir, 'postgres')));
    if (typeof file !== 'object') throw new Error('No server runs');
    if (victims === 'the server') return [file.pid];
    const rows = await this.run(
      `SELECT pid, query LIKE '%append%' AS appends
         FROM pg_stat_activity
        WHERE pid <> pg_backend_pid()
        ORDER BY appends DESC NULLS LAST`,
    );
    const all = rows.map(({ pid }) => Number(pid));
    return victims === 'a backend' ? all.slice(0, 1) : [file.pid, ...all];
  }
}

const prefix = 'watchbook-faults-';
const passwordFile = 'postgres-password';
