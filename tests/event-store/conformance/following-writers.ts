import { describe, expect, it } from '@jest/globals';
import { type EventStore, type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { ids, newStream, renames } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { inStreams, isRising, mark, readAll, readStream } from '../support/reading.js';
import { type Subject } from './subject.js';

export function followingWriters(subject: Subject): void {
  describe('following writers', () => {
    it('given writers in two stores, when followed meanwhile, then nothing is missed', async () => {
      const after = await mark(subject.store);
      const streams = Array.from({ length: 12 }, newStream);
      const follower = new Follower(subject.store, { after });

      const appended = await Promise.all(
        Array.from({ length: 24 }, (_, index) =>
          write(
            index % 2 === 0 ? subject.store : subject.another,
            streams[index % streams.length] ?? newStream(),
            20,
          ),
        ),
      );
      const events = appended.flat();
      await follower.untilSeen(ids(events));
      await follower.stop();

      const seen = follower.entries;
      expect(isRising(seen.map(({ position }) => position))).toBe(true);
      const own = inStreams(streams, seen);
      expect(ids(own).sort()).toEqual(ids(events).sort());
      expect(inStreams(streams, await readAll(subject.another, { after }))).toEqual(own);
      for (const stream of streams)
        expect(inStreams([stream], seen)).toEqual(await readStream(subject.store, stream));
    });
  });
}

/** Appends one or two events at a time, not caring what others do to the stream. */
async function write(store: EventStore, stream: StreamId, appends: number): Promise<NewEvent[]> {
  const written: NewEvent[] = [];
  for (let index = 0; index < appends; index += 1) {
    const events = renames(1 + (index % 2));
    await store.append(stream, 'any', events);
    written.push(...events);
  }
  return written;
}
