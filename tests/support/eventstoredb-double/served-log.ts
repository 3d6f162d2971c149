import { status } from '@grpc/grpc-js';
import { type LogOptions } from './control-messages.js';
import { DoubleNode } from './double-node.js';
import { Faults } from './faults.js';
import { EventLog } from './log/event-log.js';
import { RpcError } from './wire/errors.js';
import { type Outlet } from './wire/outlet.js';

/** A log, the nodes that serve it, and what goes wrong there. */
export class ServedLog {
  readonly faults = new Faults();
  readonly subscriptions = new Set<Outlet>();
  readonly nodes: DoubleNode[] = [];
  /** Done when all appends that have come are carried out. */
  lastAppend: Promise<unknown> = Promise.resolve();
  private leading = 0;

  private constructor(
    readonly events: EventLog,
    readonly batchAppend: boolean,
  ) {}

  static async open(file: string, options: LogOptions): Promise<ServedLog> {
    const log = new ServedLog(EventLog.open(file), options.batchAppend);
    for (const port of options.ports) log.nodes.push(await DoubleNode.start(log, port));
    return log;
  }

  get leader(): DoubleNode {
    const node = this.nodes[this.leading];
    if (node === undefined) throw new Error('A log without a node');
    return node;
  }

  get ports(): number[] {
    return this.nodes.map((node) => node.port);
  }

  moveLeader(): void {
    this.leading = (this.leading + 1) % this.nodes.length;
  }

  /** Resets all connections. */
  cut(): void {
    for (const node of this.nodes) node.proxy.cut();
  }

  breakSubscriptions(): void {
    const error = new RpcError(status.UNAVAILABLE, 'The server is shutting down');
    for (const outlet of [...this.subscriptions]) outlet.fail(error);
  }

  endSubscriptions(): void {
    for (const outlet of [...this.subscriptions]) outlet.end();
  }

  silenceSubscriptions(): void {
    for (const outlet of this.subscriptions) outlet.silence();
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
    this.events.close();
  }
}
