import { readFileSync } from 'node:fs';
import { type Duplex, type Readable, type Writable } from 'node:stream';
import { EventStoreDBClient } from '@eventstore/db-client';
import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { NoAnswer } from './failures.js';

/**
 * The client, with what would end the whole process kept from doing so. Facts from reading and trying its 6.2.1:
 *
 * - A reply to a batch append that nobody waits for any more, such as a second one, throws in an event handler.
 * - A batch append that waits for a slow connection which then breaks is a rejection nobody handles.
 * - So is an error that arrives while the cluster is being looked for, in vain.
 * - `dispose` leaves the connection open.
 */
export class SteadyClient extends EventStoreDBClient {
  /** A read that is cut off by that ends as if it had found all there is. */
  isClosed = false;
  private batches: Duplex | undefined;
  private closeChannel = (): Promise<void> => Promise.resolve();

  /** @throws when a file of certificates cannot be read. */
  static open({ hosts, isDiscovered, tls, credentials }: EventStoreAddress): SteadyClient {
    const security =
      tls === undefined
        ? { insecure: true }
        : {
            ...(tls.ca !== undefined && { rootCertificate: readFileSync(tls.ca) }),
            ...(tls.certificate !== undefined && { userCertFile: readFileSync(tls.certificate) }),
            ...(tls.key !== undefined && { userKeyFile: readFileSync(tls.key) }),
          };
    const [first] = hosts;
    if (first === undefined) throw new Error('There is no host');
    const client = isDiscovered
      ? new SteadyClient({ ...settings, ...discovery, discover: first }, security, credentials)
      : hosts.length > 1
        ? new SteadyClient(
            { ...settings, ...discovery, endpoints: [...hosts] },
            security,
            credentials,
          )
        : new SteadyClient({ ...settings, endpoint: first }, security, credentials);
    client.steady();
    return client;
  }

  /** Ends the batches in good order, so that no other client of this process hears of it, and then all else. */
  async close(): Promise<void> {
    this.isClosed = true;
    const { batches } = this;
    if (batches !== undefined && !batches.destroyed) {
      const ended = new Promise((resolve) => batches.once('close', resolve).once('end', resolve));
      batches.end();
      await Promise.race([ended, after(endingMs)]);
    }
    await Promise.race([this.dispose(), after(endingMs)]);
    await this.closeChannel();
  }

  private steady(): void {
    const { GRPCStreamCreator: create, execute, handleError: handle, getChannel: channel } = this;
    this.GRPCStreamCreator = (Client, name, creator, cache) =>
      create(
        Client,
        name,
        async (client) => {
          this.mustBeOpen();
          const stream = await creator(client);
          if (name === 'appendToStream') this.steadyBatches(stream);
          return stream;
        },
        cache,
      );
    this.execute = (Client, name, action) =>
      execute(Client, name, (client) => {
        this.mustBeOpen();
        return action(client);
      });
    this.handleError = (client, error) => handle(client, error).catch(() => undefined);
    this.getChannel = () => {
      const opening = channel();
      this.closeChannel = () => opening.then((open) => open.close()).catch(() => undefined);
      return opening;
    };
  }

  /** Whoever waited for a connection all the time shall not send then what nobody waits for any more. */
  private mustBeOpen(): void {
    if (this.isClosed) throw new NoAnswer('The client was closed');
  }

  private steadyBatches(stream: Readable | Writable | Duplex): void {
    const listeners = stream.listeners('data');
    stream.removeAllListeners('data');
    stream.on('data', (reply: unknown) => {
      try {
        for (const listener of listeners) Reflect.apply(listener, stream, [reply]);
      } catch {
        // Nobody waits for it.
      }
    });
    if (!('write' in stream)) return;
    // There is a bound to the appends that are under way: nobody need wait for the connection to take what was written.
    const write = stream.write.bind(stream);
    stream.write = (message: unknown) => {
      write(message);
      return true;
    };
    if ('read' in stream) this.batches = stream;
  }
}

const settings = {
  connectionName: 'watchbook',
  keepAliveInterval: 10_000,
  keepAliveTimeout: 2_000,
  throwOnAppendFailure: true,
};

/** Looking for the leader must end well before an append gives up. The timeout of one node is in seconds. */
const discovery = {
  nodePreference: 'leader',
  maxDiscoverAttempts: 3,
  discoveryInterval: 100,
  gossipTimeout: 1,
} as const;

const endingMs = 500;

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
