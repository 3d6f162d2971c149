import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { portOf } from '../../../src/platform/port-of.js';

/** Services of a test's own, all behind one server, which are up or down together; each remembers when it was asked. */
export class FlappingServices {
  isUp = true;
  private readonly asked = new Map<string, number[]>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FlappingServices> {
    const server = createServer((request, response) => {
      services.remember(request.url ?? '');
      response.writeHead(services.isUp ? 200 : 503, { Connection: 'close' }).end();
    });
    server.listen(0, '127.0.0.1', 1024);
    await once(server, 'listening');
    const services = new FlappingServices(server, `http://127.0.0.1:${portOf(server.address())}`);
    return services;
  }

  get checks(): number {
    return [...this.asked.values()].reduce((sum, times) => sum + times.length, 0);
  }

  /** How often one of them was asked again within so many ms. */
  askedAgainWithin(ms: number): number {
    return [...this.asked.values()]
      .map((times) => times.filter((at, n) => n > 0 && at - (times[n - 1] ?? at) < ms).length)
      .reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private remember(path: string): void {
    const times = this.asked.get(path) ?? [];
    this.asked.set(path, times);
    times.push(performance.now());
  }
}

/** Somebody who is told by webhook, and counts how often each event is told. */
export class Listener {
  private readonly told = new Map<string, number>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<Listener> {
    const server = createServer((request, response) => {
      listener.remember(String(request.headers['idempotency-key']));
      request.resume().on('end', () => response.writeHead(204).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const listener = new Listener(server, `http://127.0.0.1:${portOf(server.address())}/hook`);
    return listener;
  }

  /** The events it was told. */
  get events(): ReadonlySet<string> {
    return new Set(this.told.keys());
  }

  /** How often it was told something it knew. */
  get repetitions(): number {
    return [...this.told.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private remember(eventId: string): void {
    this.told.set(eventId, (this.told.get(eventId) ?? 0) + 1);
  }
}
