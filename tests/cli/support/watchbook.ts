import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { eventually, within } from '../../event-store/support/waiting.js';

export const root = path.resolve(import.meta.dirname, '../../..');
const tsx = pathToFileURL(createRequire(import.meta.filename).resolve('tsx')).href;

/** How a process ended, and what it had to say. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What can be set from outside, unset: neither the computer nor a `.env` file shall have a say. */
const unset = Object.fromEntries(
  [
    ...['HOST', 'PORT', 'DATA_DIR', 'DATABASE_URL', 'EVENT_STORE_URL', 'ROLES', 'ADMIN_EMAIL'],
    ...['ADMIN_PASSWORD', 'SIGNUP', 'LOG_LEVEL', 'READ_MODEL_WAIT_MS', 'JWT_SECRET'],
    ...['TRUSTED_PROXIES', 'CHECK_ALLOW_CIDRS', 'CHECK_DENY_CIDRS', 'ALLOW_LOOPBACK_CHECKS'],
    'ALLOW_PRIVATE_WEBHOOKS',
    ...['SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL'],
  ].map((name) => [name, '']),
);

/** `watchbook` as people run it, in a process of its own. */
export class Watchbook {
  static readonly #running = new Set<Watchbook>();
  readonly child: ChildProcess;
  readonly #ended: Promise<Ended>;
  #stdout = '';
  #stderr = '';

  constructor(
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    main = path.join(root, 'src/cli/main.ts'),
  ) {
    this.child = spawn(process.execPath, ['--import', tsx, main, ...args], {
      cwd: tmpdir(),
      env: { ...process.env, NODE_OPTIONS: '', ...unset, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#stderr += text));
    Watchbook.#running.add(this);
    this.#ended = once(this.child, 'close').then(() => {
      Watchbook.#running.delete(this);
      const { exitCode: code, signalCode: signal } = this.child;
      return { code, signal, stdout: this.#stdout, stderr: this.#stderr };
    });
  }

  /** Runs a command to its end. */
  static run(...args: ConstructorParameters<typeof Watchbook>): Promise<Ended> {
    return new Watchbook(...args).ended();
  }

  /** Ends whatever a test has left running. */
  static async killAll(): Promise<void> {
    for (const watchbook of [...Watchbook.#running]) await watchbook.kill('SIGKILL');
  }

  get stdout(): string {
    return this.#stdout;
  }

  ended(): Promise<Ended> {
    return within(30_000, `${this.child.spawnargs.at(-1) ?? ''} ends`, this.#ended);
  }

  kill(signal: NodeJS.Signals): Promise<Ended> {
    this.child.kill(signal);
    return this.ended();
  }

  /** What the pattern's group found on standard output. @throws when the process ends before */
  async says(pattern: RegExp): Promise<string> {
    const found = (): string | undefined => pattern.exec(this.#stdout)?.[1];
    const isOver = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    await eventually(`it says ${pattern}`, () => found() !== undefined || isOver(), 40_000);
    const text = found();
    if (text === undefined) throw new Error(`It said: ${this.#stdout}${this.#stderr}`);
    return text;
  }

  /** Where it listens. */
  listens(): Promise<string> {
    return this.says(/Watchbook listens on (http:\S+)\n/);
  }
}
