import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between an application and its database on this computer, and gets in the way when told to. */
export class TcpProxy {
  private server: Server | undefined;
  private readonly pairs = new Set<Pair>();
  private swallows = false;
  private holds = false;

  private constructor(
    private readonly target: URL,
    private port: number,
  ) {}

  /**
   * @param url Of the database; its host and port are what the proxy leads to.
   * @param port Of the proxy; a free one when left out.
   */
  static async start(url: string, port = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(new URL(url), port);
    await proxy.listen();
    return proxy;
  }

  /** Of the database, through the proxy. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String(this.port);
    return url.href;
  }

  /** Ends all connections, with a reset to both sides. New ones are let through. @returns How many it were. */
  cut(): number {
    const { size } = this.pairs;
    for (const pair of this.pairs) pair.reset();
    this.pairs.clear();
    return size;
  }

  /** Ends all connections, and refuses new ones. */
  async refuse(): Promise<void> {
    const closed = this.server && once(this.server, 'close');
    this.server?.close();
    this.server = undefined;
    this.cut();
    await closed;
  }

  /**
   * Goes silent as a network that drops packets: connections stay open, and nothing gets through any more, nor the
   * news that one side has gone. New ones are accepted, and just as silent.
   */
  swallow(): void {
    this.swallows = true;
    for (const pair of this.pairs) pair.silence();
  }

  /** Stands still as a process that was stopped: nothing gets through until `release`, and then all of it. */
  hold(): void {
    this.holds = true;
    for (const pair of this.pairs) pair.hold();
  }

  release(): void {
    this.holds = false;
    for (const pair of this.pairs) pair.release();
  }

  /** Lets new connections through again. Those that went silent stay silent for ever. */
  async restore(): Promise<void> {
    this.swallows = false;
    if (this.server === undefined) await this.listen();
  }

  async stop(): Promise<void> {
    await this.refuse();
  }

  private async listen(): Promise<void> {
    const server = createServer((client) => this.accept(client));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
    this.server = server;
  }

  private accept(client: Socket): void {
    const upstream = this.swallows
      ? undefined
      : connect({ host: this.target.hostname, port: Number(this.target.port) });
    const pair = new Pair(client, upstream, () => this.pairs.delete(pair));
    this.pairs.add(pair);
    if (this.holds) pair.hold();
  }
}

/** Two ends of one connection; without an upstream it is silent from the beginning. */
class Pair {
  private isSilent: boolean;

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket | undefined,
    private readonly gone: () => void,
  ) {
    this.isSilent = upstream === undefined;
    client.on('data', (chunk) => this.pass(chunk, upstream));
    upstream?.on('data', (chunk) => this.pass(chunk, client));
    for (const socket of [client, upstream]) {
      socket?.setNoDelay();
      socket?.on('error', () => undefined);
      socket?.on('close', () => this.end());
    }
  }

  silence(): void {
    this.isSilent = true;
  }

  hold(): void {
    for (const socket of [this.client, this.upstream]) socket?.pause();
  }

  release(): void {
    for (const socket of [this.client, this.upstream]) socket?.resume();
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.upstream?.resetAndDestroy();
  }

  private pass(chunk: Buffer, to: Socket | undefined): void {
    if (!this.isSilent) to?.write(chunk);
  }

  private end(): void {
    // The other side does not hear of it. It goes when the proxy ends.
    if (this.isSilent) return;
    this.client.destroy();
    this.upstream?.destroy();
    this.gone();
  }
}
