import { describe, expect, it } from '@jest/globals';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type ExpectedRevision } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { count, isRising, readStream, revisions } from '../support/reading.js';
import { failure } from '../support/waiting.js';
import { type Subject } from './subject.js';

interface Case {
  readonly length: number;
  readonly expected: ExpectedRevision;
}

export function appendingEvents(subject: Subject): void {
  async function streamOf(length: number): Promise<StreamId> {
    const stream = newStream();
    if (length > 0) await subject.store.append(stream, 'no-stream', renames(length));
    return stream;
  }

  describe('appending', () => {
    it.each<Case>([
      { length: 0, expected: 'no-stream' },
      { length: 0, expected: 'any' },
      { length: 3, expected: 'any' },
      { length: 3, expected: 'stream-exists' },
      { length: 1, expected: 0 },
      { length: 3, expected: 2 },
    ])(
      'given $length events, when one more is appended expecting $expected, then it is the last',
      async ({ length, expected }) => {
        const stream = await streamOf(length);
        const event = renamed();

        const appended = await subject.store.append(stream, expected, [event]);

        expect(appended.revision).toBe(length);
        const entries = await readStream(subject.store, stream);
        expect(entries).toHaveLength(length + 1);
        expect(entries.at(-1)).toMatchObject({ id: event.id, ...appended });
      },
    );

    it.each<Case>([
      { length: 3, expected: 'no-stream' },
      { length: 0, expected: 'stream-exists' },
      { length: 0, expected: 0 },
      { length: 3, expected: 0 },
      { length: 3, expected: 1 },
      { length: 3, expected: 3 },
      { length: 3, expected: 2 ** 40 },
    ])(
      'given $length events, when one is appended expecting $expected, then it says where it is',
      async ({ length, expected }) => {
        const stream = await streamOf(length);

        const error = await failure(subject.store.append(stream, expected, [renamed()]));

        expect(error).toBeInstanceOf(WrongExpectedRevision);
        expect(error).toMatchObject({ stream, expected, actual: length - 1 });
        expect(await revisions(subject.store, stream)).toEqual(count(length));
      },
    );

    it('given several events, when appended at once, then they stand in their order', async () => {
      const stream = await streamOf(2);
      const events = renames(5);

      const appended = await subject.store.append(stream, 1, events);

      const entries = await readStream(subject.store, stream, { from: 2 });
      expect(ids(entries)).toEqual(ids(events));
      expect(entries.map(({ revision }) => revision)).toEqual([2, 3, 4, 5, 6]);
      expect(isRising(entries.map(({ position }) => position))).toBe(true);
      expect(entries.at(-1)).toMatchObject(appended);
    });

    it('given appends to several streams, when done, then positions rise', async () => {
      const positions: bigint[] = [];
      for (const stream of [newStream(), newStream(), newStream()])
        positions.push((await subject.store.append(stream, 'any', [renamed()])).position);

      expect(isRising(positions)).toBe(true);
    });

    it('given several events, when they conflict, then none of them is kept', async () => {
      const stream = await streamOf(1);

      await failure(subject.store.append(stream, 7, renames(3)));

      expect(await revisions(subject.store, stream)).toEqual([0]);
    });

    it('given 500 events, when appended at once, then all of them are there', async () => {
      const stream = newStream();
      const events = renames(500);

      const { revision } = await subject.store.append(stream, 'no-stream', events);

      expect(revision).toBe(499);
      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
    });

    it('given an append by one store, when read by another, then it is there at once', async () => {
      const stream = newStream();
      const event = renamed();

      await subject.store.append(stream, 'no-stream', [event]);

      expect(ids(await readStream(subject.another, stream))).toEqual([event.id]);
    });
  });
}
