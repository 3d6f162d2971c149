import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type LogBatch, type LogRange } from '../../../src/event-store/event-store.js';
import { type StreamId, tagStream } from '../../../src/event-store/stream-id.js';
import { deleted, ids, newStream, recolored, renamed, renames } from '../support/events.js';
import { appendMany, inStreams, isRising, mark } from '../support/reading.js';
import { readAll, readBatches, readStream } from '../support/reading.js';
import { type Subject } from './subject.js';

export function readingTheLog(subject: Subject): void {
  describe('reading the log', () => {
    it('given events in two streams, when all is read, then they are in one order', async () => {
      const [a, b] = [newStream(), newStream()];
      const events = renames(6);
      for (const [index, event] of events.entries())
        await subject.store.append(index % 2 === 0 ? a : b, 'any', [event]);

      const entries = await readAll(subject.store);

      expect(ids(inStreams([a, b], entries))).toEqual(ids(events));
      expect(isRising(entries.map(({ position }) => position))).toBe(true);
    });

    it('given a position, when read after it, then what stands there is not read', async () => {
      const stream = newStream();
      const events = renames(4);
      await subject.store.append(stream, 'no-stream', events);
      const [, second] = await readStream(subject.store, stream);

      const entries = await readAll(subject.store, { after: second?.position ?? 0n });

      expect(ids(inStreams([stream], entries))).toEqual(ids(events.slice(2)));
    });

    it.each([999, 1000, 1001, 2000])(
      'given %i events after a position, when read, then each is read once',
      async (length) => {
        const stream = newStream();
        const events = renames(length);
        const after = await mark(subject.store);
        await appendMany(subject.store, stream, events);

        const batches = await readBatches(subject.store, { after });

        const entries = batches.flatMap((batch) => batch.entries);
        expect(ids(inStreams([stream], entries))).toEqual(ids(events));
        expectProgress(after, batches);
      },
    );

    it('given the last position, when read after it, then it says so and ends', async () => {
      const after = await mark(subject.store);
      const beyond = after + 1_000_000n;

      expect(await readBatches(subject.store, { after: beyond })).toEqual([
        expect.objectContaining({ entries: [], upTo: beyond, atEnd: true }),
      ]);
    });

    it('given types, when read, then only those are found, however far apart', async () => {
      const stream = newStream();
      const after = await mark(subject.store);
      const events = [recolored(), ...renames(1100), deleted(), ...renames(1100), recolored()];
      await appendMany(subject.store, stream, events);
      const wanted = [events[0], events[1101], events.at(-1)].flatMap((event) => event ?? []);

      const batches = await readBatches(subject.store, {
        after,
        types: ['TagRecolored', 'TagDeleted'],
      });

      const entries = batches.flatMap((batch) => batch.entries);
      expect(ids(inStreams([stream], entries))).toEqual(ids(wanted));
      expectProgress(after, batches);
    });

    it('given a prefix, when read, then only streams that begin so are found', async () => {
      const name = randomUUID();
      const own: StreamId = `role-${name}a`;
      const odd: StreamId = `role-${name}%`;
      const other = tagStream(name);
      const after = await mark(subject.store);
      for (const stream of [own, other, odd])
        await subject.store.append(stream, 'no-stream', [renamed(), recolored()]);

      const found = async (range: LogRange): Promise<string[]> =>
        (await readAll(subject.store, { after, ...range })).map(({ stream }) => stream);

      expect(await found({ streamPrefix: `role-${name}` })).toEqual([own, own, odd, odd]);
      expect(await found({ streamPrefix: `role-${name}%` })).toEqual([odd, odd]);
      expect(await found({ streamPrefix: `role-${name}`, types: ['TagRenamed'] })).toEqual([
        own,
        odd,
      ]);
      expect(await found({ streamPrefix: `role-${name}b` })).toEqual([]);
    });

    it('given types nobody wrote, when read, then the position progresses anyway', async () => {
      const after = await mark(subject.store);
      const { position } = await subject.store.append(newStream(), 'no-stream', renames(10));

      const batches = await readBatches(subject.store, { after, types: [] });

      expect(batches.flatMap((batch) => batch.entries)).toEqual([]);
      expect(batches.at(-1)?.upTo).toBeGreaterThanOrEqual(position);
    });

    it('given others who append meanwhile, when read, then it ends where it began', async () => {
      const stream = newStream();
      const events = renames(2500);
      const after = await mark(subject.store);
      await appendMany(subject.store, stream, events);
      const late = newStream();

      const batches: LogBatch[] = [];
      for await (const batch of subject.store.readAll({ after })) {
        batches.push(batch);
        if (batches.length > 20) throw new Error('It follows the writer and never ends');
        await subject.another.append(late, 'any', renames(500));
      }

      const entries = batches.flatMap((batch) => batch.entries);
      expect(ids(inStreams([stream], entries))).toEqual(ids(events));
      expect(inStreams([late], entries)).toEqual([]);
      expectProgress(after, batches);
    });

    it('given a reader who has enough, when it leaves, then the store goes on', async () => {
      const after = await mark(subject.store);
      const { position } = await subject.store.append(newStream(), 'no-stream', [renamed()]);

      for await (const batch of subject.store.readAll()) {
        expect(batch.entries.length).toBeGreaterThan(0);
        break;
      }

      expect((await readBatches(subject.store, { after })).at(-1)?.upTo).toBeGreaterThanOrEqual(
        position,
      );
    });
  });
}

/** Batches go on where the one before ended, and only the last of them is at the end. */
function expectProgress(after: bigint, batches: readonly LogBatch[]): void {
  expect(isRising([after, ...batches.map(({ upTo }) => upTo)])).toBe(true);
  expect(batches.map(({ atEnd }) => atEnd)).toEqual(
    batches.map((_, i) => i === batches.length - 1),
  );
  for (const [index, { entries, upTo }] of batches.entries()) {
    const before = batches[index - 1]?.upTo ?? after;
    for (const { position } of entries) {
      expect(position).toBeGreaterThan(before);
      expect(position).toBeLessThanOrEqual(upTo);
    }
  }
}
