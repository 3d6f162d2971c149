import { EventStoreDBClient, jsonEvent, type JSONEventData } from '@eventstore/db-client';
import {
  type DoubleLog,
  type DoubleLogOptions,
  EventStoreDbDouble,
} from '../eventstoredb-double.js';
import { eventually } from '../../../event-store/support/waiting.js';

/** A double for all tests of a file, and a log and clients for each, gone afterwards. */
export class Workbench {
  private running: EventStoreDbDouble | undefined;
  private readonly logs: DoubleLog[] = [];
  private readonly clients: EventStoreDBClient[] = [];

  get double(): EventStoreDbDouble {
    if (this.running === undefined) throw new Error('Not started');
    return this.running;
  }

  async start(): Promise<void> {
    this.running = await EventStoreDbDouble.start();
  }

  async log(
    options: DoubleLogOptions = {},
  ): Promise<{ log: DoubleLog; client: EventStoreDBClient }> {
    const log = await this.double.openLog(options);
    this.logs.push(log);
    return { log, client: this.client(log.url) };
  }

  client(url: string): EventStoreDBClient {
    const client = EventStoreDBClient.connectionString(url);
    this.clients.push(client);
    return client;
  }

  async clear(): Promise<void> {
    for (const client of this.clients.splice(0)) await client.dispose();
    for (const log of this.logs.splice(0)) await log.close();
  }

  async stop(): Promise<void> {
    await this.running?.stop();
  }
}

export function happened(data: Record<string, unknown> = {}): JSONEventData {
  return jsonEvent({ type: 'happened', data });
}

export function several(count: number): JSONEventData[] {
  return Array.from({ length: count }, (_, n) => happened({ n }));
}

export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = [];
  for await (const event of events) read.push(event);
  return read;
}

export async function idsIn(client: EventStoreDBClient, stream: string): Promise<unknown[]> {
  return (await all(client.readStream(stream))).map(({ event }) => event?.id);
}

interface Speaking {
  on(what: 'data', listener: (said: { event?: { id: string } }) => void): unknown;
  on(what: 'caughtUp' | 'end' | 'error', listener: (error?: { type: string }) => void): unknown;
}

/** What a subscription says, in order: ids, and the names of what else happens to it. */
export class Heard {
  readonly said: unknown[] = [];

  constructor(subscription: Speaking) {
    subscription.on('data', ({ event }) => this.said.push(event?.id));
    for (const what of ['caughtUp', 'end', 'error'] as const) {
      subscription.on(what, (error?: { type: string }) => {
        this.said.push(error ? `${what}: ${error.type}` : what);
      });
    }
  }

  async until(what: unknown): Promise<void> {
    await eventually(`the subscription says ${String(what)}`, () => this.said.includes(what));
  }
}
