import { describe, expect, it } from '@jest/globals';
import {
  EventStoreOverloaded,
  EventStoreUnavailable,
  WrongExpectedRevision,
} from '../../../src/event-store/errors.js';
import { ids, newEvent, newStream, ofBytes, renamed, renames } from '../support/events.js';
import { readAll, readStream, revisions } from '../support/reading.js';
import { usePostgresLog } from '../support/use-postgres-log.js';
import { failure, outcome, within } from '../support/waiting.js';

export function appendingInBatches(): void {
  describe('Postgres, appending in batches', () => {
    const subject = usePostgresLog();

    it('given a batch whose insert breaks on one append, when sent, then one fails', async () => {
      const known = renamed();
      await subject.store.append(newStream(), 'no-stream', [known]);
      const streams = Array.from({ length: 40 }, newStream);

      // All expectations fit, so that they go in by one insert, which breaks on the known id.
      const { winners, losers } = outcome(
        await Promise.allSettled(
          streams.map((stream, index) =>
            subject.store.append(stream, 'no-stream', [
              renamed(),
              index === 17 ? known : renamed(),
            ]),
          ),
        ),
      );

      expect(winners).toHaveLength(39);
      expect(losers).toHaveLength(1);
      expect(losers[0]).toBeInstanceOf(WrongExpectedRevision);
      expect(losers[0]).toMatchObject({ stream: streams[17], actual: -1 });
      for (const [index, stream] of streams.entries())
        expect(await revisions(subject.store, stream)).toEqual(index === 17 ? [] : [0, 1]);
    });

    it('given 1,000 appends, when one conflicts, then the others hardly notice', async () => {
      const appendAll = async (wrong?: number): Promise<{ lost: number; took: number }> => {
        const started = performance.now();
        const settled = await Promise.allSettled(
          Array.from({ length: 1_000 }, (_, index) =>
            subject.store.append(newStream(), index === wrong ? 7 : 'no-stream', [renamed()]),
          ),
        );
        return { lost: outcome(settled).losers.length, took: performance.now() - started };
      };

      await appendAll();
      const undisturbed = await appendAll();
      const disturbed = await appendAll(500);

      expect([undisturbed.lost, disturbed.lost]).toEqual([0, 1]);
      expect(disturbed.took).toBeLessThan(3 * undisturbed.took + 200);
    });

    it('given many large events at once, when appended, then all of them are kept', async () => {
      const streams = Array.from({ length: 120 }, newStream);

      await Promise.all(
        streams.map((stream) => subject.store.append(stream, 'any', [ofBytes(200 * 1024)])),
      );

      for (const stream of streams) expect(await revisions(subject.store, stream)).toEqual([0]);
    });

    it('given a log that stands still, when too much waits, then the rest is refused', async () => {
      const unblock = await subject.log.block();
      const events = renames(12_000);
      const streams = events.map(newStream);
      const settling = Promise.allSettled(
        events.map((event, index) =>
          subject.store.append(streams[index] ?? newStream(), 'no-stream', [event]),
        ),
      );
      // The last one overflows; what was accepted before goes on.
      const overflow = await failure(subject.store.append(newStream(), 'any', [renamed()]));
      await unblock();
      const { winners, losers } = outcome(await settling);

      expect(overflow).toBeInstanceOf(EventStoreOverloaded);
      expect(winners.length).toBeGreaterThanOrEqual(10_000);
      expect(losers.length).toBeGreaterThan(0);
      for (const error of losers) expect(error).toBeInstanceOf(EventStoreOverloaded);
      const wanted = new Set(ids(events));
      const kept = (await readAll(subject.store)).filter(({ id }) => wanted.has(id));
      expect(kept).toHaveLength(winners.length);
    });

    it('given a log that stands still, when large events wait, then memory is bounded', async () => {
      const unblock = await subject.log.block();
      const large = ofBytes(200 * 1024).event;
      const settling = Promise.allSettled(
        Array.from({ length: 500 }, () =>
          subject.store.append(newStream(), 'no-stream', [newEvent(large)]),
        ),
      );
      const overflow = await failure(subject.store.append(newStream(), 'any', [newEvent(large)]));
      await unblock();
      const { winners, losers } = outcome(await settling);

      expect(overflow).toBeInstanceOf(EventStoreOverloaded);
      // 64 MiB, and what was on its way already.
      expect(winners.length).toBeGreaterThanOrEqual(300);
      expect(winners.length).toBeLessThan(450);
      for (const error of losers) expect(error).toBeInstanceOf(EventStoreOverloaded);
    });

    it('given a winner, when others had the same in mind, then none of them is kept', async () => {
      const stream = newStream();
      const [first, ...others] = Array.from({ length: 30 }, () => renames(2));
      const repeated = first ?? [];

      const settled = await Promise.allSettled(
        [repeated, ...others, repeated].map((events) =>
          subject.store.append(stream, 'no-stream', events),
        ),
      );

      const { winners, losers } = outcome(settled);
      expect(winners).toHaveLength(2);
      expect(winners[0]).toEqual(winners[1]);
      expect(losers).toHaveLength(29);
      for (const error of losers) expect(error).toMatchObject({ stream, actual: 1 });
      expect(ids(await readStream(subject.store, stream))).toEqual(ids(repeated));
    });

    it('given a log that stands still, when it goes on in time, then nothing fails', async () => {
      const unblock = await subject.log.block();
      const streams = Array.from({ length: 20 }, newStream);
      const appends = Promise.all(
        streams.map((stream) => subject.store.append(stream, 'no-stream', [renamed()])),
      );

      await subject.log.untilAppendWaits();
      await unblock();
      await appends;

      for (const stream of streams) expect(await revisions(subject.store, stream)).toEqual([0]);
    });

    it('given a cancelled statement, when the log goes on, then nothing fails', async () => {
      const unblock = await subject.log.block();
      const stream = newStream();
      const append = subject.store.append(stream, 'no-stream', [renamed()]);
      const settling = Promise.allSettled([append]);

      await subject.log.untilAppendWaits();
      await subject.log.cancelAppends();
      await unblock();

      expect(outcome(await settling).losers).toEqual([]);
      expect(await revisions(subject.store, stream)).toEqual([0]);
    });

    it('given a log that stands still, when it stays so, then all say so in 5 s', async () => {
      const unblock = await subject.log.block();
      const streams = Array.from({ length: 20 }, newStream);
      const append = (stream: (typeof streams)[number]): Promise<unknown> =>
        failure(subject.store.append(stream, 'no-stream', [renamed()]));

      const early = streams.slice(0, 10).map(append);
      await subject.log.untilAppendWaits();
      const late = streams.slice(10).map(append);
      const errors = await within(5_000, 'an answer', Promise.all([...early, ...late]));
      await unblock();

      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);
      const event = renamed();
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', [event]);
      expect(ids(await readStream(subject.store, stream))).toEqual([event.id]);
    });
  });
}
