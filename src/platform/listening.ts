import { type Client } from 'pg';
import { connect } from './postgres.js';

/**
 * Calls `onNotify` for each notification on the channel, with its payload, and without one after each new connection,
 * when some may have been missed. It reconnects by itself until it is stopped.
 *
 * @param checkMs How often the connection is tried: one that only ever receives does not notice that the other side
 *   has vanished without a word.
 * @returns A function that stops it.
 */
export function listen(
  url: string,
  channel: string,
  onNotify: (payload: string | undefined) => void,
  checkMs = 5_000,
): () => Promise<void> {
  const listening = new Listening(url, channel, onNotify, checkMs);
  return () => listening.stop();
}

class Listening {
  private client: Client | undefined;
  private opening: Promise<void>;
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly onNotify: (payload: string | undefined) => void,
    private readonly checkMs: number,
  ) {
    this.opening = this.open();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    await this.opening;
    await this.client?.end().catch(() => undefined);
  }

  private async open(): Promise<void> {
    let opened: Client | undefined;
    try {
      opened = await connect(this.url);
      await opened.query(`LISTEN ${this.channel}`);
    } catch {
      void opened?.end().catch(() => undefined);
      this.openLater();
      return;
    }
    // Told to stop while it was on its way.
    if (this.isStopped) return opened.end().catch(() => undefined);
    const client = opened;
    this.client = client;
    client.on('end', () => this.drop(client));
    client.on('notification', ({ payload }) => this.onNotify(payload ?? ''));
    this.onNotify(undefined);
    this.timer = setTimeout(() => void this.check(client), this.checkMs);
  }

  private async check(client: Client): Promise<void> {
    try {
      await client.query('SELECT 1');
    } catch {
      this.drop(client);
      return;
    }
    if (this.client !== client || this.isStopped) return;
    this.timer = setTimeout(() => void this.check(client), this.checkMs);
  }

  private drop(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    // Not waited for: the other side may never say that it has gone.
    void client.end().catch(() => undefined);
    this.openLater();
  }

  private openLater(): void {
    clearTimeout(this.timer);
    if (this.isStopped) return;
    this.timer = setTimeout(() => {
      this.opening = this.open();
    }, reconnectMs);
  }
}

const reconnectMs = 1_000;
