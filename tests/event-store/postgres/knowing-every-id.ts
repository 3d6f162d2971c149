import { describe, expect, it } from '@jest/globals';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type ExpectedRevision } from '../../../src/event-store/event-store.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { readStream } from '../support/reading.js';
import { usePostgresLog } from '../support/use-postgres-log.js';
import { failure, race } from '../support/waiting.js';

/** Ids are unique in the whole table: more than every store can promise. */
export function knowingEveryId(): void {
  describe('Postgres, knowing every id', () => {
    const subject = usePostgresLog();

    it.each<{ expected: ExpectedRevision; length: number }>([
      { expected: 'no-stream', length: 0 },
      { expected: 'any', length: 2 },
      { expected: 'stream-exists', length: 2 },
      { expected: 1, length: 2 },
    ])(
      'given an event elsewhere, when it is appended expecting $expected, then it conflicts',
      async ({ expected, length }) => {
        const elsewhere = newStream();
        const event = renamed();
        await subject.store.append(elsewhere, 'no-stream', [event]);
        const stream = newStream();
        const before = renames(length);
        if (length > 0) await subject.store.append(stream, 'no-stream', before);

        const error = await failure(subject.store.append(stream, expected, [event]));

        expect(error).toBeInstanceOf(WrongExpectedRevision);
        expect(error).toMatchObject({ stream, actual: length - 1 });
        expect(ids(await readStream(subject.store, stream))).toEqual(ids(before));
        expect(ids(await readStream(subject.store, elsewhere))).toEqual([event.id]);
      },
    );

    it('given an append, when its events come at another place, then they conflict', async () => {
      const stream = newStream();
      const events = renames(2);
      await subject.store.append(stream, 'no-stream', events);

      for (const again of [events, events.slice(1), [...events.slice(0, 1), renamed()]])
        expect(await failure(subject.store.append(stream, 1, again))).toMatchObject({ actual: 1 });

      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
    });

    it('given one event, when sent to 20 streams at once, then one gets it', async () => {
      const event = renamed();
      const another = subject.log.open();
      const streams = Array.from({ length: 20 }, newStream);

      const { winners, losers } = await race(20, (index) =>
        (index % 2 === 0 ? subject.store : another).append(
          streams[index] ?? newStream(),
          'no-stream',
          [event],
        ),
      );

      expect(winners).toHaveLength(1);
      expect(losers).toHaveLength(19);
      for (const error of losers) expect(error).toBeInstanceOf(WrongExpectedRevision);
    });
  });
}
