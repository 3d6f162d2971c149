import { describe, expect, it } from '@jest/globals';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type ExpectedRevision, type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { readStream } from '../support/reading.js';
import { failure, race } from '../support/waiting.js';
import { type Subject } from './subject.js';

interface Kind {
  readonly expected: ExpectedRevision;
  /** Events that are there before. */
  readonly length: number;
}

const kinds: Kind[] = [
  { expected: 'no-stream', length: 0 },
  { expected: 'any', length: 0 },
  { expected: 'any', length: 2 },
  { expected: 'stream-exists', length: 2 },
  { expected: 1, length: 2 },
];

type Pick = (known: readonly NewEvent[]) => readonly NewEvent[];

const overlaps: { what: string; pick: Pick }[] = [
  { what: 'a known event and a new one', pick: (known) => [...known.slice(0, 1), renamed()] },
  { what: 'all known events and a new one', pick: (known) => [...known, renamed()] },
  { what: 'a new event and the known ones', pick: (known) => [renamed(), ...known] },
  { what: 'the known events in another order', pick: (known) => known.toReversed() },
];

export function repeatingAppends(subject: Subject): void {
  async function given({ length }: Kind): Promise<{ stream: StreamId; before: NewEvent[] }> {
    const stream = newStream();
    const before = renames(length);
    if (length > 0) await subject.store.append(stream, 'no-stream', before);
    return { stream, before };
  }

  async function idsIn(stream: StreamId): Promise<string[]> {
    return ids(await readStream(subject.store, stream));
  }

  describe('repeating an append', () => {
    it.each(kinds)(
      'given an append expecting $expected, when repeated, then it answers as the first time',
      async (kind) => {
        const { stream, before } = await given(kind);
        const events = renames(3);
        const first = await subject.store.append(stream, kind.expected, events);

        const second = await subject.store.append(stream, kind.expected, events);

        expect(second).toEqual(first);
        expect(await idsIn(stream)).toEqual(ids([...before, ...events]));
      },
    );

    it.each(kinds)(
      'given others appended since, when one expecting $expected is repeated, then so, too',
      async (kind) => {
        const { stream, before } = await given(kind);
        const events = renames(2);
        const first = await subject.store.append(stream, kind.expected, events);
        const later = renames(2);
        await subject.store.append(stream, first.revision, later);

        const second = await subject.another.append(stream, kind.expected, events);

        expect(second).toEqual(first);
        expect(await idsIn(stream)).toEqual(ids([...before, ...events, ...later]));
      },
    );

    describe.each(overlaps)('given $what', ({ pick }) => {
      it.each<ExpectedRevision>(['any', 'stream-exists', 'no-stream', 0])(
        'when appended expecting %s, then it is a conflict and nothing is kept',
        async (expected) => {
          const stream = newStream();
          const known = renames(2);
          await subject.store.append(stream, 'no-stream', known);

          const error = await failure(subject.store.append(stream, expected, pick(known)));

          expect(error).toBeInstanceOf(WrongExpectedRevision);
          expect(error).toMatchObject({ stream, expected, actual: 1 });
          expect(await idsIn(stream)).toEqual(ids(known));
        },
      );
    });

    it('given two appends, when their events come as one, then it is a conflict', async () => {
      const stream = newStream();
      const first = renamed();
      const last = renamed();
      await subject.store.append(stream, 'any', [first]);
      await subject.store.append(stream, 'any', renames(1));
      await subject.store.append(stream, 'any', [last]);

      const error = await failure(subject.store.append(stream, 'any', [first, last]));

      expect(error).toBeInstanceOf(WrongExpectedRevision);
      expect(error).toMatchObject({ actual: 2 });
    });

    it.each(kinds)(
      'given an append expecting $expected, when sent 20 times at once, then it happens once',
      async (kind) => {
        const { stream, before } = await given(kind);
        const events = renames(2);

        const { winners } = await race(20, (index) =>
          (index % 2 === 0 ? subject.store : subject.another).append(stream, kind.expected, events),
        );

        expect(winners).toHaveLength(20);
        expect(new Set(winners.map(({ position }) => position)).size).toBe(1);
        expect(await idsIn(stream)).toEqual(ids([...before, ...events]));
      },
    );
  });
}
