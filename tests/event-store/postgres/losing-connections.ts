import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStore, type NewEvent } from '../../../src/event-store/event-store.js';
import { ids, newStream, renamed } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { openPostgresEventStore } from '../support/postgres.js';
import { inStreams, mark, readAll, readStream } from '../support/reading.js';
import { usePostgresLog } from '../support/use-postgres-log.js';
import { eventually, failure, outcome, within } from '../support/waiting.js';

export function losingConnections(): void {
  describe('Postgres, losing connections', () => {
    const subject = usePostgresLog();

    it('given load, when appends are cut off, then nothing is lost or doubled', async () => {
      const after = await mark(subject.store);
      const streams = Array.from({ length: 40 }, newStream);
      const events: NewEvent[] = [];
      let acknowledged = 0;
      let kills = 0;
      let running = streams.length;
      const writers = Promise.allSettled(
        streams
          .map(async (stream) => {
            // However fast they are, they go on until they were cut off often enough.
            for (let index = 0; index < 30 || (kills <= 5 && index < 500); index += 1) {
              const expected = index === 0 ? 'no-stream' : index - 1;
              const event = renamed();
              events.push(event);
              await subject.store.append(stream, expected, [event]);
              acknowledged += 1;
            }
          })
          .map((writer) => writer.finally(() => (running -= 1))),
      );

      while (running > 0) {
        const before = acknowledged;
        kills += await subject.log.killAppends();
        await eventually('it goes on', () => acknowledged >= before + 60 || running === 0);
      }

      expect(outcome(await writers).losers).toEqual([]);
      expect(kills).toBeGreaterThan(5);
      expect(acknowledged).toBe(events.length);
      expect(acknowledged).toBeGreaterThanOrEqual(1200);
      const kept = inStreams(streams, await readAll(subject.store, { after }));
      expect(ids(kept).sort()).toEqual(ids(events).sort());
    });

    it('given a follower, when its connections are cut, then it can resume', async () => {
      const stream = newStream();
      const after = await mark(subject.store);
      const first = renamed();
      const follower = new Follower(subject.store, { after });
      await subject.store.append(stream, 'no-stream', [first]);
      await follower.untilSeen([first.id]);

      await subject.log.killAll();
      const second = renamed();
      await subject.store.append(stream, 0, [second]);
      const resumed = await resume(subject.store, follower);
      await resumed.untilSeen(
        follower.entries.some(({ id }) => id === second.id) ? [] : [second.id],
      );
      await resumed.stop();

      const seen = inStreams([stream], [...follower.entries, ...resumed.entries]);
      expect(ids(seen)).toEqual([first.id, second.id]);
    });

    it('given a store that was cut off, when others append, then it hears again', async () => {
      const other = subject.log.open();
      const follower = new Follower(other, { after: await mark(subject.store) });
      await follower.untilAtEnd();
      await subject.log.killAll();
      const resumed = await resume(other, follower);

      let promptInARow = 0;
      await eventually('it hears at once', async () => {
        await resumed.untilAtEnd();
        const event = renamed();
        await subject.store.append(newStream(), 'no-stream', [event]);
        const appended = performance.now();
        await resumed.untilSeen([event.id]);
        promptInARow = performance.now() - appended < 400 ? promptInARow + 1 : 0;
        return promptInARow === 4;
      });

      await resumed.stop();
    });
  });

  describe('Postgres, out of reach', () => {
    it('given an absent or a silent server, when used, then it says so in 5 s', async () => {
      const [absent, silent] = [await SilentServer.open(), await SilentServer.open()];
      await absent.close();
      const opened = [absent, silent].map(({ url }) => openPostgresEventStore(url));
      const attempts = opened.flatMap(({ store }) => [
        store.append(newStream(), 'no-stream', [renamed()]),
        store.append(newStream(), 'any', [renamed()]),
        readStream(store, newStream()),
        readAll(store),
        subscribe(store),
      ]);

      const errors = await within(5_000, 'answers', Promise.all(attempts.map(failure)));

      expect(errors).toHaveLength(10);
      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);
      await silent.close();
      await Promise.all(opened.map(({ close }) => close()));
    });
  });
}

/** Goes on where the other one ends, which may have failed, or may not have noticed. */
async function resume(store: EventStore, follower: Follower): Promise<Follower> {
  await follower.stop().catch((error: unknown) => {
    expect(error).toBeInstanceOf(EventStoreUnavailable);
  });
  await eventually('it can be read again', () =>
    readStream(store, newStream()).then(
      () => true,
      () => false,
    ),
  );
  return new Follower(store, { after: follower.batches.at(-1)?.upTo ?? 0n });
}

async function subscribe(store: EventStore): Promise<void> {
  for await (const batch of store.subscribe({}, new AbortController().signal))
    expect(batch).toBeUndefined();
}

/** Takes connections and never says a word, as a server behind a broken network. */
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
    const address: AddressInfo | string | null = server.address();
    if (address === null || typeof address === 'string') throw new Error('It is not listening');
    return new SilentServer(`postgres://nobody@127.0.0.1:${address.port}/none`, server, sockets);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}
