import { describe, expect, it } from '@jest/globals';
import { EventStoreUnavailable, WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { count, mark, readAll, readStream, revisions } from '../support/reading.js';
import { failure, outcome, race, within } from '../support/waiting.js';
import { type Subject } from './subject.js';

export function racingWriters(subject: Subject): void {
  const both = (index: number): EventStore => (index % 2 === 0 ? subject.store : subject.another);
  const contests = [
    { through: 'one store', pick: (): EventStore => subject.store },
    { through: 'two stores', pick: both },
  ];

  describe('racing', () => {
    it.each(contests)(
      'given no stream, when 50 start it through $through, then one wins',
      async ({ pick }) => {
        const stream = newStream();

        const { winners, losers } = await race(50, (index) =>
          pick(index).append(stream, 'no-stream', renames(2)),
        );

        expect(winners).toHaveLength(1);
        expect(losers).toHaveLength(49);
        for (const error of losers) expect(error).toBeInstanceOf(WrongExpectedRevision);
        for (const error of losers) expect(error).toMatchObject({ actual: 1 });
        expect(await revisions(subject.store, stream)).toEqual([0, 1]);
      },
    );

    it.each(contests)(
      'given a stream, when 50 append at its revision through $through, then one wins',
      async ({ pick }) => {
        const stream = newStream();
        await subject.store.append(stream, 'no-stream', renames(3));

        const { winners, losers } = await race(50, (index) =>
          pick(index).append(stream, 2, [renamed()]),
        );

        expect(winners).toHaveLength(1);
        for (const error of losers) expect(error).toBeInstanceOf(WrongExpectedRevision);
        for (const error of losers) expect(error).toMatchObject({ expected: 2, actual: 3 });
        expect(await revisions(subject.store, stream)).toEqual([0, 1, 2, 3]);
      },
    );

    it.each(contests)(
      'given no expectation, when 50 append through $through, then all of them win',
      async ({ pick }) => {
        const stream = newStream();

        const { winners } = await race(50, (index) =>
          pick(index).append(stream, 'any', [renamed()]),
        );

        expect(winners.map(({ revision }) => revision).sort((a, b) => a - b)).toEqual(count(50));
        expect(await revisions(subject.store, stream)).toEqual(count(50));
      },
    );

    it('given 100 appends at once, when half of them lose, then the others do not', async () => {
      const streams = Array.from({ length: 100 }, newStream);

      const { winners, losers } = await race(100, (index) =>
        subject.store.append(
          streams[index] ?? newStream(),
          index % 2 === 0 ? 'no-stream' : 'stream-exists',
          [renamed()],
        ),
      );

      expect(winners).toHaveLength(50);
      expect(losers).toHaveLength(50);
      for (const error of losers) expect(error).toBeInstanceOf(WrongExpectedRevision);
      for (const [index, stream] of streams.entries())
        expect(await revisions(subject.store, stream)).toEqual(index % 2 === 0 ? [0] : []);
    });

    it('given appends to one stream in turn, when not awaited, then they keep it', async () => {
      const stream = newStream();
      const events = renames(20);

      await Promise.all(
        events.map((event, index) =>
          subject.store.append(stream, index === 0 ? 'no-stream' : index - 1, [event]),
        ),
      );

      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
    });

    it('given a caller who waits for each append, when read, then its order is kept', async () => {
      const after = await mark(subject.store);
      const streams = Array.from({ length: 8 }, newStream);
      const callers = streams.map(async (stream, caller) => {
        const written: string[] = [];
        for (let index = 0; index < 10; index += 1) {
          const event = renamed();
          const place = streams[(caller + index) % streams.length] ?? stream;
          await both(index).append(place, 'any', [event]);
          written.push(event.id);
        }
        return written;
      });

      const written = await Promise.all(callers);

      const log = ids(await readAll(subject.store, { after }));
      for (const own of written) expect(log.filter((id) => own.includes(id))).toEqual(own);
    });

    it('given a busy store, when closed, then what it accepted is settled', async () => {
      const store = await subject.openAnother();
      const streams = Array.from({ length: 300 }, newStream);
      const attempts = streams.map((stream) => store.append(stream, 'no-stream', renames(3)));
      const settling = Promise.allSettled(attempts);
      await attempts[0];

      await within(5_000, 'closing', store.close());
      const { winners, losers } = outcome(await within(100, 'settling', settling));

      expect(winners.length).toBeGreaterThan(0);
      for (const error of losers) expect(error).toBeInstanceOf(EventStoreUnavailable);
      const kept = await Promise.all(streams.map((stream) => revisions(subject.store, stream)));
      expect(kept.filter(({ length }) => length === 3)).toHaveLength(winners.length);
      expect(kept.filter(({ length }) => length === 0)).toHaveLength(losers.length);
    });

    it('given a closed store, when appended to, then it is unavailable', async () => {
      const store = await subject.openAnother();
      await store.close();
      const stream = newStream();

      const error = await failure(store.append(stream, 'no-stream', [renamed()]));

      expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(await revisions(subject.store, stream)).toEqual([]);
    });
  });
}
