import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const password = 'the administrator';

/** Watchbook as `npm start` runs it, with all roles in one process. */
export class RunningWatchbook {
  private token = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  static async start(databaseUrl: string, dataDir: string): Promise<RunningWatchbook> {
    const main = path.join(import.meta.dirname, '../../dist/cli/main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main, 'serve'], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        PORT: '0',
        ADMIN_PASSWORD: password,
        ALLOW_LOOPBACK_CHECKS: 'true',
        LOG_LEVEL: 'warn',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const watchbook = new RunningWatchbook(child, await addressOf(child));
    const body = { email: 'admin@watchbook.local', password };
    const { access_token } = z
      .object({ access_token: z.string() })
      .parse(JSON.parse(await watchbook.call('POST', '/auth/login', body)));
    watchbook.token = access_token;
    return watchbook;
  }

  /** @returns The body. @throws for an answer that is none of success */
  async call(method: string, where: string, body?: object): Promise<string> {
    const response = await fetch(`${this.url}/api/v1${where}`, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        'content-type': 'application/json',
        prefer: 'respond-async',
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text}`);
    return text;
  }

  /** Resident memory in MiB, and CPU time so far in seconds. */
  async usage(): Promise<{ readonly residentMiB: number; readonly cpuSeconds: number }> {
    const status = await readFile(`/proc/${this.child.pid ?? 0}/status`, 'utf8');
    const residentKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    return { residentMiB: residentKiB / 1024, cpuSeconds: await cpuSecondsOf(this.child.pid ?? 0) };
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

/** Of the whole machine since it was started: how long its cores were busy and how long they were idle, in seconds. */
export async function machineSeconds(): Promise<{ readonly busy: number; readonly idle: number }> {
  const [, ...fields] = (await readFile('/proc/stat', 'utf8')).split('\n')[0]?.split(/\s+/) ?? [];
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, soft = 0] =
    fields.map(Number);
  return {
    busy: (user + nice + system + irq + soft) / ticksPerSecond,
    idle: (idle + wait) / ticksPerSecond,
  };
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in parentheses, may hold spaces; times are the 14th and the 15th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** USER_HZ is 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('Watchbook has no output');
  for await (const line of createInterface(child.stdout)) {
    const address = /listens on (?<url>http:\S+)/.exec(line)?.groups?.['url'];
    if (address !== undefined) return address;
  }
  throw new Error('Watchbook did not start');
}
