import { beforeAll, describe, expect, it } from '@jest/globals';
import { type StreamRange } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { ids, newStream, renames } from '../support/events.js';
import { appendMany, count, readStream, revisions } from '../support/reading.js';
import { type Subject } from './subject.js';

interface Case {
  readonly range: StreamRange;
  /** Of the revisions of a stream, in ascending order. */
  readonly finds: (all: number[]) => number[];
}

const cases: Case[] = [
  { range: {}, finds: (all) => all },
  { range: { direction: 'forwards' }, finds: (all) => all },
  { range: { direction: 'backwards' }, finds: (all) => all.toReversed() },
  { range: { from: 1 }, finds: (all) => all.slice(1) },
  { range: { from: 998 }, finds: (all) => all.slice(998) },
  { range: { from: 999 }, finds: (all) => all.slice(999) },
  { range: { from: 1000 }, finds: (all) => all.slice(1000) },
  { range: { from: 1001 }, finds: () => [] },
  { range: { limit: 0 }, finds: () => [] },
  { range: { limit: 1 }, finds: (all) => all.slice(0, 1) },
  { range: { limit: 999 }, finds: (all) => all.slice(0, 999) },
  { range: { limit: 1000 }, finds: (all) => all.slice(0, 1000) },
  { range: { limit: 1001 }, finds: (all) => all.slice(0, 1001) },
  { range: { limit: 5000 }, finds: (all) => all },
  { range: { from: 500, limit: 250 }, finds: (all) => all.slice(500, 750) },
  { range: { from: 0, direction: 'backwards' }, finds: () => [0] },
  {
    range: { from: 998, direction: 'backwards' },
    finds: (all) => all.slice(0, 999).toReversed(),
  },
  {
    range: { from: 1000, direction: 'backwards' },
    finds: (all) => all.slice(0, 1001).toReversed(),
  },
  { range: { from: 5000, direction: 'backwards' }, finds: (all) => all.toReversed() },
  { range: { limit: 1, direction: 'backwards' }, finds: (all) => all.slice(-1) },
  { range: { limit: 1000, direction: 'backwards' }, finds: (all) => all.slice(-1000).toReversed() },
  { range: { limit: 1001, direction: 'backwards' }, finds: (all) => all.slice(-1001).toReversed() },
  {
    range: { from: 700, limit: 300, direction: 'backwards' },
    finds: (all) => all.slice(401, 701).toReversed(),
  },
];

export function readingStreams(subject: Subject): void {
  describe('reading a stream', () => {
    describe.each([999, 1000, 1001])('of %i events', (length) => {
      let stream: StreamId;
      beforeAll(async () => {
        stream = newStream();
        await appendMany(subject.store, stream, renames(length));
      });

      it.each(cases)('given $range, when read, then all it covers is found', async (given) => {
        const found = await revisions(subject.store, stream, given.range);

        expect(found).toEqual(given.finds(count(length)));
      });
    });

    it.each<StreamRange>([{}, { direction: 'backwards' }, { from: 7 }, { limit: 3 }])(
      'given no such stream, when read by %j, then there is nothing',
      async (range) => {
        expect(await readStream(subject.store, newStream(), range)).toEqual([]);
      },
    );

    it('given a reader who has enough, when it leaves, then the store goes on', async () => {
      const stream = newStream();
      const events = renames(3);
      await subject.store.append(stream, 'no-stream', events);

      for await (const { id } of subject.store.readStream(stream)) {
        expect(id).toBe(events[0]?.id);
        break;
      }

      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
    });
  });
}
