import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, renamed } from '../support/events.js';
import { EventStoreDbLog } from '../support/eventstoredb.js';
import { mark, readAll, readStream } from '../support/reading.js';
import { onDoubleLog } from '../support/use-eventstoredb-double.js';
import { failure, within } from '../support/waiting.js';

export function silentServers(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  it.concurrent(
    'given a silent server, when used, then that is said within 5 s',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      await mark(subject.store);
      await subject.log.freeze();

      const errors = await within(5_000, 'answers', Promise.all(attempts(subject.store)));

      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);
      await subject.log.thaw();
    }),
  );

  it.concurrent(
    'given a server that was silent for a moment, then whoever waited gets their answer',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      await mark(subject.store);
      const stream = newStream();
      const events = [renamed(), renamed()];
      await subject.log.freeze();
      const appending = events.map((event, index) =>
        subject.store.append(stream, index === 0 ? 'no-stream' : 0, [event]),
      );
      const reading = readStream(subject.store, newStream());
      await sleep(1_000);

      await subject.log.thaw();

      expect((await Promise.all(appending)).map(({ revision }) => revision)).toEqual([0, 1]);
      expect(await reading).toEqual([]);
      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
    }),
  );

  it.concurrent(
    'given a server that was silent for long, when it answers again, then at once',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      await mark(subject.store);
      await subject.log.freeze();
      for (let round = 0; round < 2; round += 1)
        await failure(subject.store.append(newStream(), 'no-stream', [renamed()]));

      await subject.log.thaw();

      const stream = newStream();
      await within(4_500, 'it works', subject.store.append(stream, 'no-stream', [renamed()]));
      expect(await readStream(subject.store, stream)).toHaveLength(1);
    }),
  );

  it.concurrent(
    'given a server that was never there, or never said a word, when used, then that is said within 5 s',
    async () => {
      const [absent, silent] = [await SilentServer.open(), await SilentServer.open()];
      await absent.close();
      const logs = [absent, silent].map(({ url }) => new EventStoreDbLog(url));

      const errors = await within(
        5_000,
        'answers',
        Promise.all(logs.flatMap((log) => attempts(log.open()))),
      );

      expect(errors).toHaveLength(12);
      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);
      await silent.close();
      await Promise.all(logs.map((log) => log.close()));
    },
  );
}

/** Everything a store can be asked for, each with what it failed with. */
function attempts(store: EventStore): Promise<unknown>[] {
  return [
    store.append(newStream(), 'no-stream', [renamed()]),
    store.append(newStream(), 'any', [renamed()]),
    readStream(store, newStream()),
    readAll(store),
    subscribe(store),
    store.identity(),
  ].map(failure);
}

async function subscribe(store: EventStore): Promise<void> {
  for await (const batch of store.subscribe({}, new AbortController().signal))
    expect(batch).toBeUndefined();
}

/** Takes connections and never says a word. */
class SilentServer {
  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly sockets: ReadonlySet<Socket>,
  ) {}

  static async open(): Promise<SilentServer> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.resume();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('It is not listening');
    return new SilentServer(`esdb://127.0.0.1:${address.port}?tls=false`, server, sockets);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
