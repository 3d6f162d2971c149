import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const password = 'the administrator';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** From sending it to its last byte. */
  readonly ms: number;
}

/** Watchbook as `npm start` runs it, and its administrator. */
export class RunningWatchbook {
  private token = '';
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 64 });

  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  /** @param environment Beside what leads it to its database; without it, nothing is checked. */
  static async start(
    databaseUrl: string,
    dataDir: string,
    environment: Readonly<Record<string, string>> = { ROLES: 'api,projector' },
  ): Promise<RunningWatchbook> {
    const main = path.join(import.meta.dirname, '../dist/cli/main.js');
    const child = spawn(process.execPath, ['--enable-source-maps', main, 'serve'], {
      env: {
        ...process.env,
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        PORT: '0',
        ADMIN_PASSWORD: password,
        LOG_LEVEL: 'error',
        ...environment,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const watchbook = new RunningWatchbook(child, await addressOf(child));
    await watchbook.logIn();
    return watchbook;
  }

  /** Of its process. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }

  /** @throws for an answer that is none of success */
  async call(
    method: string,
    where: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const began = performance.now();
    const sent = request(`${this.url}/api/v1${where}`, {
      method,
      agent: this.agent,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
    sent.end(body && JSON.stringify(body));
    const answered = new Promise<Answer>((resolve, reject) => {
      sent.on('error', reject);
      sent.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, ms: performance.now() - began }),
        );
      });
    });
    const answer = await answered;
    if (answer.status >= 300)
      throw new Error(`${method} ${where}: ${answer.status} ${answer.text}`);
    return answer;
  }

  private async logIn(): Promise<void> {
    const body = { email: 'admin@watchbook.local', password };
    const { text } = await this.call('POST', '/auth/login', body);
    this.token = z.object({ access_token: z.string() }).parse(JSON.parse(text)).access_token;
  }
}

async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('Its output is a pipe');
  for await (const line of createInterface(stdout)) {
    const address = /listens on (?<url>http:\S+)/.exec(line)?.groups?.['url'];
    if (address !== undefined) return address;
  }
  throw new Error('Watchbook did not start');
}
