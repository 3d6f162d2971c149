import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { EventStoreOverloaded, EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, ofBytes, renamed } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { inStreams, isRising, mark, readAll } from '../support/reading.js';
import { useDoubleLog } from '../support/use-eventstoredb-double.js';
import { eventually, outcome, within } from '../support/waiting.js';

export function underLoad(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  describe('under load', () => {
    const subject = useDoubleLog(double, { batchAppend });

    it('given replies are lost and connections torn under load, then nothing is lost or doubled', async () => {
      const after = await mark(subject.store);
      const stores = [subject.store, subject.open()];
      const streams = Array.from({ length: 16 }, newStream);
      const acknowledged: { id: string; position: bigint }[] = [];
      const writers = Promise.allSettled(
        streams.map(async (stream, writer) => {
          for (let index = 0; index < 25; index += 1) {
            const event = renamed();
            const expected = index === 0 ? 'no-stream' : index - 1;
            const store = stores[writer % 2] ?? subject.store;
            const { position } = await store.append(stream, expected, [event]);
            acknowledged.push({ id: event.id, position });
          }
        }),
      );
      for (let round = 0; round < 4; round += 1) {
        await subject.log.tearReplies(1);
        await subject.log.loseReplies(2);
        const before = acknowledged.length;
        while (acknowledged.length < Math.min(400, before + 50))
          await new Promise((resolve) => setTimeout(resolve, 5));
      }

      expect(outcome(await writers).losers).toEqual([]);
      expect(acknowledged).toHaveLength(400);
      const kept = await readAll(subject.store, { after });
      expect(ids(kept).sort()).toEqual(ids(acknowledged).sort());
      expect(isRising(kept.map(({ position }) => position))).toBe(true);
      const told = new Map(acknowledged.map(({ id, position }) => [id, position]));
      for (const { id, position } of kept) expect(told.get(id)).toBe(position);
    });

    it('given more appends than can be under way, then those too many are refused', async () => {
      await subject.log.freeze();
      const attempts = Array.from({ length: 2_100 }, () =>
        subject.store.append(newStream(), 'no-stream', [renamed()]),
      );

      const { losers } = outcome(await within(15_000, 'answers', Promise.allSettled(attempts)));

      await subject.log.thaw();
      const refused = losers.filter((error) => error instanceof EventStoreOverloaded);
      expect(refused).toHaveLength(100);
      expect(losers.filter((error) => error instanceof EventStoreUnavailable)).toHaveLength(2_000);
      await eventually('there is room again', () => isTaken(subject.store), 30_000);
    });

    it('given much waits for it when it breaks off, then those appends fail, or do not, and nothing else', async () => {
      await mark(subject.store);
      await subject.log.freeze();
      const streams = Array.from({ length: 30 }, newStream);
      const appending = streams.map((stream) =>
        subject.store.append(stream, 'no-stream', [ofBytes(100_000)]),
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
}

/** A server that has much to catch up on may be too late with it once more. */
async function isTaken(store: EventStore): Promise<boolean> {
  try {
    await store.append(newStream(), 'no-stream', [renamed()]);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(EventStoreUnavailable);
    return false;
  }
}
