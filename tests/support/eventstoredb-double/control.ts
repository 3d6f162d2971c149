import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { type AboutDouble, Change, LogOptions, type OpenedLog } from './control-messages.js';
import { onPort } from './ports.js';
import { ServedLog } from './served-log.js';

/** All the logs of a child, and the door by which tests open them and make things go wrong. */
export class Control {
  private readonly logs = new Map<string, ServedLog>();

  private constructor(private readonly folder: string) {}

  /**
   * Opens what logs there are in the folder, at the ports they had.
   *
   * @returns where it listens
   */
  static async start(folder: string, port: number): Promise<string> {
    const control = new Control(folder);
    await control.reopen();
    const server = createServer((request, response) => {
      // Kept open, it could be closed just when the next request is sent.
      response.setHeader('Connection', 'close');
      control.answer(request).then(
        (body) => response.end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    return onPort(port, async (free) => {
      await once(server.listen(free, '127.0.0.1'), 'listening');
      return `http://127.0.0.1:${free}`;
    });
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const [, what, id = '', fault = ''] = (request.url ?? '').split('/');
    if (what !== 'logs') return { pid: process.pid, folder: this.folder } satisfies AboutDouble;
    const body: unknown = JSON.parse(await text(request));
    if (id === '') return this.open(randomUUID(), LogOptions.parse(body));
    if (fault === 'close') return this.close(id);
    const log = this.logs.get(id);
    if (log && fault === 'change') return log.events.change(Change.parse(body));
    const act = FAULTS[fault];
    if (!log || !act) throw new Error(`There is no ${request.url}`);
    await act(log, typeof body === 'number' ? body : 0);
    return null;
  }

  private async open(id: string, options: LogOptions): Promise<OpenedLog> {
    const log = await ServedLog.open(this.file(id, 'events'), options);
    this.logs.set(id, log);
    const { ports } = log;
    await writeFile(this.file(id, 'json'), JSON.stringify({ ...options, ports }));
    return { id, ports };
  }

  private async close(id: string): Promise<null> {
    await this.logs.get(id)?.close();
    this.logs.delete(id);
    for (const kind of ['events', 'json']) await rm(this.file(id, kind), { force: true });
    return null;
  }

  private async reopen(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const { name: id, ext } = path.parse(name);
      if (ext !== '.json' || !existsSync(this.file(id, 'events'))) continue;
      await this.open(
        id,
        LogOptions.parse(JSON.parse(await readFile(this.file(id, 'json'), 'utf8'))),
      );
    }
  }

  private file(id: string, kind: string): string {
    return path.join(this.folder, `${id}.${kind}`);
  }
}

/** By the names of `DoubleLog`. The number says how many, how long, or which node; it is 0 where none is needed. */
const FAULTS: Readonly<Record<string, (log: ServedLog, n: number) => void | Promise<void>>> = {
  slow: (log, ms) => void (log.faults.slowMs = ms),
  loseReplies: (log, n) => void (log.faults.lostReplies += n),
  duplicateReplies: (log, n) => void (log.faults.doubledReplies += n),
  tearReplies: (log, n) => void (log.faults.tornReplies += n),
  tooBusy: (log, n) => log.faults.refuse(n, 'Server Is Busy'),
  notReady: (log, n) => log.faults.refuse(n, 'Server Is Not Ready'),
  breakSubscriptions: (log) => log.breakSubscriptions(),
  endSubscriptions: (log) => log.endSubscriptions(),
  silenceSubscriptions: (log) => log.silenceSubscriptions(),
  moveLeader: (log) => log.moveLeader(),
  cut: (log) => log.cut(),
  freeze: (log) => log.nodes.forEach((node) => node.proxy.hold()),
  thaw: (log) => log.nodes.forEach((node) => node.proxy.release()),
  refuseConnections: (log, node) => log.nodes[node]?.proxy.refuse(),
  acceptConnections: (log, node) => log.nodes[node]?.proxy.restore(),
};
