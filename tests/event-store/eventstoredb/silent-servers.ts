import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, ofBytes, renamed } from '../support/events.js';
import { EventStoreDbLog } from '../support/eventstoredb.js';
import { Follower } from '../support/follower.js';
import { inStreams, isRising, mark, readAll, readStream } from '../support/reading.js';
import { useDoubleLog } from '../support/use-eventstoredb-double.js';
import { eventually, failure, outcome, within } from '../support/waiting.js';

export function silentServers(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  describe('a server that falls silent', () => {
    const subject = useDoubleLog(double, { batchAppend });

    it('given it is silent, when used, then that is said within 5 s', async () => {
      await mark(subject.store);
      await subject.log.freeze();

      const errors = await within(5_000, 'answers', Promise.all(attempts(subject.store)));

      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);
      await subject.log.thaw();
    });

    it('given it was silent for a moment, then whoever waited gets their answer', async () => {
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
    });

    it('given it was silent for long, when it answers again, then at once', async () => {
      await mark(subject.store);
      await subject.log.freeze();
      for (let round = 0; round < 2; round += 1)
        await failure(subject.store.append(newStream(), 'no-stream', [renamed()]));

      await subject.log.thaw();

      const stream = newStream();
      await within(4_500, 'it works', subject.store.append(stream, 'no-stream', [renamed()]));
      expect(await readStream(subject.store, stream)).toHaveLength(1);
    });

    it('given much waits for it when it breaks off, then those appends fail, or do not, and nothing else', async () => {
      await mark(subject.store);
      await subject.log.freeze();
      const streams = Array.from({ length: 60 }, newStream);
      const appending = streams.map((stream) =>
        subject.store.append(stream, 'no-stream', [ofBytes(200_000)]),
      );
      await sleep(500);

      await subject.log.cut();
      await subject.log.thaw();

      const { winners, losers } = outcome(await Promise.allSettled(appending));
      for (const error of losers) expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(winners.length).toBeGreaterThan(0);
    });

    it('given it is killed under load and comes back, then nothing is lost or doubled', async () => {
      const after = await mark(subject.store);
      const follower = new Follower(subject.open(), { after });
      const streams = Array.from({ length: 24 }, newStream);
      const acknowledged = new Set<string>();
      const unknown = new Set<string>();
      let goesOn = true;
      const writers = Promise.all(
        streams.map(async (stream) => {
          while (goesOn) {
            const event = renamed();
            await subject.store.append(stream, 'any', [event]).then(
              () => acknowledged.add(event.id),
              (error: unknown) => {
                expect(error).toBeInstanceOf(EventStoreUnavailable);
                unknown.add(event.id);
              },
            );
          }
        }),
      );
      for (let kills = 0; kills < 2; kills += 1) {
        const before = acknowledged.size;
        await eventually('it goes on', () => acknowledged.size > before + 100, 15_000);
        await subject.double.kill();
        await sleep(500);
        await subject.double.restart();
      }
      const before = acknowledged.size;
      await eventually('it goes on', () => acknowledged.size > before + 50, 15_000);
      goesOn = false;
      await writers;

      const kept = inStreams(streams, await readAll(subject.store, { after }));
      const keptIds = new Set(ids(kept));
      expect(keptIds.size).toBe(kept.length);
      expect([...acknowledged].filter((id) => !keptIds.has(id))).toEqual([]);
      expect([...keptIds].filter((id) => !acknowledged.has(id) && !unknown.has(id))).toEqual([]);
      expect(isRising(kept.map(({ position }) => position))).toBe(true);
      await follower.untilSeen(ids(kept)).catch(() => undefined);
      const seen = inStreams(streams, follower.entries);
      await follower.stop().catch((error: unknown) => {
        // It may have been away for longer than a reader waits; who resumes lacks nothing.
        expect(error).toBeInstanceOf(EventStoreUnavailable);
      });
      expect(seen).toEqual(kept.slice(0, seen.length));
    });
  });

  describe('a server that was never there', () => {
    it('given an absent or a silent one, when used, then that is said within 5 s', async () => {
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
    });
  });
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
