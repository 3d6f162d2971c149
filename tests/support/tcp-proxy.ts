import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between an application and its database on this computer, and gets in the way when told to. */
export class TcpProxy {
  private server: Server | undefined;
  private readonly pairs = new Set<Pair>();
  private swallows = false;
  private pace: Pace = atOnce;
  private holds = false;
  private repliesLostTo: string | undefined;
  private lost = 0;

  private constructor(
    private target: URL,
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

  /** Lets requests through, and no replies: what was asked for happens, and nobody hears of it. */
  loseReplies(): void {
    for (const pair of this.pairs) pair.loseReplies();
  }

  /** How often a reply, or a part of one, was lost so far. */
  get repliesLost(): number {
    return this.lost;
  }

  /** The same for each connection from when its client says this, in ASCII, on new ones too, until `restore`. */
  loseRepliesTo(said: string): void {
    this.repliesLostTo = said;
  }

  /** Lets everything through, but slowly, on all connections, until `restore`. */
  slow(pace: Partial<Pace>): void {
    this.pace = { ...atOnce, ...pace };
  }

  /** Where new connections lead from now on; by host and port. */
  leadTo(url: string): void {
    this.target = new URL(url);
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

  /** Lets new connections through again, at full speed. Those that went silent stay silent for ever. */
  async restore(): Promise<void> {
    this.swallows = false;
    this.pace = atOnce;
    this.repliesLostTo = undefined;
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
    const pair = new Pair(
      client,
      upstream,
      () => this.pace,
      () => this.repliesLostTo,
      () => (this.lost += 1),
      () => this.pairs.delete(pair),
    );
    this.pairs.add(pair);
    if (this.holds) pair.hold();
  }
}

/** How fast a connection is, in each direction. */
export interface Pace {
  readonly latencyMs: number;
  readonly bytesPerSecond: number;
}

const atOnce: Pace = { latencyMs: 0, bytesPerSecond: Infinity };

/** Two ends of one connection; without an upstream it is silent from the beginning. */
class Pair {
  private isSilent: boolean;
  private losesReplies = false;

  constructor(
    private readonly client: Socket,
    private readonly upstream: Socket | undefined,
    pace: () => Pace,
    repliesLostTo: () => string | undefined,
    onReplyLost: () => void,
    private readonly gone: () => void,
  ) {
    this.isSilent = upstream === undefined;
    const [there, back] = [new Lane(upstream, pace), new Lane(client, pace)];
    client.on('data', (chunk) => {
      const fatal = repliesLostTo();
      if (fatal !== undefined && chunk.includes(fatal)) this.loseReplies();
      if (!this.isSilent) there.pass(chunk);
    });
    upstream?.on('data', (chunk) => {
      if (this.losesReplies) onReplyLost();
      else if (!this.isSilent) back.pass(chunk);
    });
    for (const socket of [client, upstream]) {
      socket?.setNoDelay();
      socket?.on('error', () => undefined);
      socket?.on('close', () => this.end());
    }
  }

  silence(): void {
    this.isSilent = true;
  }

  loseReplies(): void {
    this.losesReplies = true;
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

  private end(): void {
    // The other side does not hear of it. It goes when the proxy ends.
    if (this.isSilent) return;
    this.client.destroy();
    this.upstream?.destroy();
    this.gone();
  }
}

/** One direction of a connection: what goes in comes out in its order, when its time has come. */
class Lane {
  /** When the last piece comes out. */
  private freeAt = 0;

  constructor(
    private readonly to: Socket | undefined,
    private readonly pace: () => Pace,
  ) {}

  pass(chunk: Buffer): void {
    const { latencyMs, bytesPerSecond } = this.pace();
    const now = performance.now();
    if (latencyMs === 0 && bytesPerSecond === Infinity && this.freeAt <= now) {
      this.to?.write(chunk);
      return;
    }
    // In pieces of a tenth of a second: a slow line drips.
    const size = Math.min(chunk.length, Math.max(1, Math.floor(bytesPerSecond / 10)));
    this.freeAt = Math.max(this.freeAt, now + latencyMs);
    for (let from = 0; from < chunk.length; from += size) {
      const piece = chunk.subarray(from, from + size);
      this.freeAt += (piece.length / bytesPerSecond) * 1_000;
      setTimeout(() => {
        if (this.to?.writable === true) this.to.write(piece);
      }, this.freeAt - now);
    }
  }
}
