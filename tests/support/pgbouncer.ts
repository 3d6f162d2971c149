import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe } from '@jest/globals';
import { chooseRunAs } from '../../src/platform/embedded-postgres/run-as.js';
import { findFreePort } from '../../src/platform/embedded-postgres/start-server.js';
import { eventually } from '../event-store/support/waiting.js';

/** Tests that need a PgBouncer; where there is none, they are skipped, and their name says so. */
export function describeBehindPgBouncer(name: string, tests: () => void): void {
  if (binary() !== undefined) describe(name, tests);
  else describe.skip(`${name} (no PgBouncer here: apt-get install pgbouncer)`, tests);
}

/** A PgBouncer in transaction mode, with few connections, so that everybody often gets another one. */
export class PgBouncer {
  private said = '';

  private constructor(
    /** Of the database behind it, without the parameter that says so. */
    readonly plainUrl: string,
    private readonly folder: string,
    private readonly child: ChildProcess,
  ) {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.said += text));
  }

  /** @param databaseUrl Of any database on the server that it is to stand before. */
  static async start(databaseUrl: string): Promise<PgBouncer> {
    const target = new URL(databaseUrl);
    const listener = new URL(databaseUrl);
    listener.hostname = '127.0.0.1';
    listener.port = String(await findFreePort());

    const folder = await mkdtemp(path.join(tmpdir(), 'watchbook-pgbouncer-'));
    const settings = path.join(folder, 'pgbouncer.ini');
    const users = path.join(folder, 'users.txt');
    await writeFile(settings, settingsFor(target, listener.port, users));
    await writeFile(users, `"${decoded(target.username)}" "${decoded(target.password)}"\n`);
    // Under root, which it refuses to run as, it gets another user.
    const runAs = await chooseRunAs(folder);
    if (runAs !== undefined)
      for (const each of [users, settings, folder]) await chown(each, runAs.uid, runAs.gid);
    const child = spawn(binary() ?? 'pgbouncer', [settings], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(runAs !== undefined && { uid: runAs.uid, gid: runAs.gid }),
    });
    const bouncer = new PgBouncer(listener.href, folder, child);
    await bouncer.isUp();
    return bouncer;
  }

  /** As `DATABASE_URL` has it. */
  get url(): string {
    const url = new URL(this.plainUrl);
    url.searchParams.set('pgbouncer', 'true');
    return url.href;
  }

  async stop(): Promise<void> {
    if (!this.isOver) {
      const closed = once(this.child, 'close');
      this.child.kill('SIGTERM');
      await closed;
    }
    await rm(this.folder, { recursive: true });
  }

  private get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async isUp(): Promise<void> {
    await eventually('PgBouncer is up', () => this.said.includes('process up') || this.isOver);
    if (!this.isOver) return;
    await this.stop();
    throw new Error(`PgBouncer did not start: ${this.said}`);
  }
}

function settingsFor(target: URL, port: string, users: string): string {
  return `
[databases]
* = host=${target.hostname} port=${target.port || '5432'}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = ${target.password === '' ? 'trust' : 'scram-sha-256'}
auth_file = ${users}
pool_mode = transaction
default_pool_size = 3
max_client_conn = 200
`;
}

function decoded(part: string): string {
  return decodeURIComponent(part).replaceAll('"', '""');
}

/** Debian has it where ordinary users do not look for programs. */
function binary(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(path.delimiter), '/usr/sbin'];
  return folders.map((folder) => path.join(folder, 'pgbouncer')).find((file) => existsSync(file));
}
