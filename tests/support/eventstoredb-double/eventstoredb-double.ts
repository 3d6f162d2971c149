import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AboutDouble, type Change, type LogOptions, OpenedLog } from './control-messages.js';
import { eventually } from '../../event-store/support/waiting.js';

const main = path.join(import.meta.dirname, 'start-double.ts');
const tsx = pathToFileURL(createRequire(import.meta.filename).resolve('tsx')).href;

/**
 * A server that speaks EventStoreDB's protocol, in a process of its own, with faults on demand. One process serves many
 * logs. What has been acknowledged outlives it, `kill` and `restart` too.
 */
export class EventStoreDbDouble {
  private constructor(
    /** For `at`, in other processes. */
    readonly controlUrl: string,
    private readonly folder: string,
    private pid: number,
  ) {}

  static async start(): Promise<EventStoreDbDouble> {
    const folder = await mkdtemp(path.join(tmpdir(), 'eventstoredb-double-'));
    const { controlUrl, pid } = await spawnDouble(folder, '0');
    return new EventStoreDbDouble(controlUrl, folder, pid);
  }

  /** The one that another process has started. */
  static async at(controlUrl: string): Promise<EventStoreDbDouble> {
    const answer = AboutDouble.parse(await tell(controlUrl, null));
    return new EventStoreDbDouble(controlUrl, answer.folder, answer.pid);
  }

  /** A log of its own: nothing in it but what a server writes by itself. */
  async openLog(options: DoubleLogOptions = {}): Promise<DoubleLog> {
    const { batchAppend = true, nodes = 1 } = options;
    const ports = Array.from({ length: nodes }, () => 0);
    const body = { batchAppend, ports } satisfies LogOptions;
    const opened = OpenedLog.parse(await tell(`${this.controlUrl}/logs`, body));
    return new DoubleLog(`${this.controlUrl}/logs/${opened.id}`, opened.ports);
  }

  /** SIGKILL, for all logs. */
  async kill(): Promise<void> {
    process.kill(this.pid, 'SIGKILL');
    await eventually('the double is gone', () => !isAlive(this.pid));
  }

  /** After `kill`: the same logs at the same ports. It lives as long as the process that calls this. */
  async restart(): Promise<void> {
    const { pid } = await spawnDouble(this.folder, new URL(this.controlUrl).port);
    this.pid = pid;
  }

  /** SIGSTOP, for all logs. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** For everybody, with all that was kept. */
  async stop(): Promise<void> {
    if (isAlive(this.pid)) await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export interface DoubleLogOptions {
  /** Whether the server knows BatchAppend, which the client then prefers to Append. Default: it does. */
  readonly batchAppend?: boolean;
  /** How many nodes serve the log; the first one leads. Default: one. */
  readonly nodes?: number;
}

/** One log of a double, and what shall go wrong with it. */
export class DoubleLog {
  constructor(
    private readonly control: string,
    readonly ports: readonly number[],
  ) {}

  /** Of the only node, or of the whole cluster. */
  get url(): string {
    const hosts = this.ports.map((port) => `127.0.0.1:${port}`).join(',');
    return `esdb://${hosts}?tls=false${this.ports.length > 1 ? '&nodePreference=leader' : ''}`;
  }

  /** Of one node alone. */
  nodeUrl(node: number): string {
    return `esdb://127.0.0.1:${this.ports[node] ?? 0}?tls=false`;
  }

  /** Each append is carried out so many milliseconds late. After 2 s the server answers that it timed out. */
  slow(ms: number): Promise<void> {
    return this.tell('slow', ms);
  }

  /** The next appends are carried out, and never answered. */
  loseReplies(count: number): Promise<void> {
    return this.tell('loseReplies', count);
  }

  /** The next appends are answered twice; those by BatchAppend, that is. */
  duplicateReplies(count: number): Promise<void> {
    return this.tell('duplicateReplies', count);
  }

  /** The next appends are carried out, and all connections reset instead of an answer. */
  tearReplies(count: number): Promise<void> {
    return this.tell('tearReplies', count);
  }

  /** The next appends are refused. */
  tooBusy(count: number): Promise<void> {
    return this.tell('tooBusy', count);
  }

  /** The next appends are refused. */
  notReady(count: number): Promise<void> {
    return this.tell('notReady', count);
  }

  /** Subscriptions fail, as on a server that is killed. */
  breakSubscriptions(): Promise<void> {
    return this.tell('breakSubscriptions');
  }

  /** Subscriptions end without an error, as on a server that is shut down. */
  endSubscriptions(): Promise<void> {
    return this.tell('endSubscriptions');
  }

  /** Subscriptions stay open, and nothing comes any more. New ones are not affected. */
  silenceSubscriptions(): Promise<void> {
    return this.tell('silenceSubscriptions');
  }

  /** The next node leads; the others refuse whoever requires the leader. */
  moveLeader(): Promise<void> {
    return this.tell('moveLeader');
  }

  /** Resets all connections. */
  cut(): Promise<void> {
    return this.tell('cut');
  }

  /** Connections are accepted, and nothing is answered, not even a ping, until `thaw`. */
  freeze(): Promise<void> {
    return this.tell('freeze');
  }

  thaw(): Promise<void> {
    return this.tell('thaw');
  }

  /** Resets the node's connections, and refuses new ones. */
  refuseConnections(node = 0): Promise<void> {
    return this.tell('refuseConnections', node);
  }

  acceptConnections(node = 0): Promise<void> {
    return this.tell('acceptConnections', node);
  }

  /** Replaces a piece of an event's data, as somebody at the server's disk could, until the double is killed. */
  async change(change: Change): Promise<void> {
    await tell(`${this.control}/change`, change);
  }

  /** Removes it. */
  close(): Promise<void> {
    return this.tell('close');
  }

  private async tell(what: string, n = 0): Promise<void> {
    await tell(`${this.control}/${what}`, n);
  }
}

async function tell(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`The double: ${await answer.text()}`);
  return answer.json();
}

async function spawnDouble(
  folder: string,
  controlPort: string,
): Promise<{ controlUrl: string; pid: number }> {
  const args = ['--import', tsx, main, '--folder', folder, '--control-port', controlPort];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error('The double did not start')),
  );
  const said = once(child.stdout.setEncoding('utf8'), 'data').then(String);
  const controlUrl = (await Promise.race([said, ended])).trim();
  ended.catch(() => undefined);
  // It shall not keep this process from ending; its end is the child's end.
  child.unref();
  for (const pipe of [child.stdin, child.stdout]) if ('unref' in pipe) unref(pipe);
  return { controlUrl, pid: child.pid ?? 0 };
}

function unref(pipe: object): void {
  const method: unknown = Reflect.get(pipe, 'unref');
  if (typeof method === 'function') Reflect.apply(method, pipe, []);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
