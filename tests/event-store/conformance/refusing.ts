import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventRefused } from '../../../src/event-store/errors.js';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { newEvent, newStream, ofBytes, renamed, renames } from '../support/events.js';
import { readStream, revisions } from '../support/reading.js';
import { failure } from '../support/waiting.js';
import { type Subject } from './subject.js';

interface Case {
  readonly what: string;
  readonly events: () => NewEvent[];
  readonly says: RegExp;
}

const twice = renamed();

const refused: Case[] = [
  { what: 'no event', events: () => [], says: /at least one/ },
  { what: '501 events', events: () => renames(501), says: /500/ },
  {
    what: 'a too large event',
    events: () => [renamed(), ofBytes(256 * 1024)],
    says: /ServiceExpectationChanged.*262144 bytes/,
  },
  {
    what: 'too many large events',
    events: () => Array.from({ length: 6 }, () => ofBytes(200 * 1024)),
    says: /1000000 bytes/,
  },
  {
    what: 'data off its schema',
    events: () => [renamed(), renamed('x'.repeat(51))],
    says: /TagRenamed.*name/,
  },
  { what: 'a NUL character', events: () => [renamed('a\0b')], says: /TagRenamed.*name/ },
  { what: 'half a character', events: () => [renamed('a\ud83d')], says: /TagRenamed.*name/ },
  { what: 'the same event twice', events: () => [twice, renamed(), twice], says: /twice/ },
  {
    what: 'an id that is no UUID',
    events: () => [newEvent(renamed().event, 'first')],
    says: /TagRenamed.*id/,
  },
];

const oddStreams: { what: string; stream: StreamId }[] = [
  { what: 'a control character', stream: `role-a\x1fb${randomUUID()}` },
  { what: 'a NUL character', stream: `role-a\0b${randomUUID()}` },
  { what: 'half a character', stream: `role-\ud83d${randomUUID()}` },
  { what: 'an endless text', stream: `role-${randomUUID().repeat(30)}` },
];

export function refusingEvents(subject: Subject): void {
  describe('refusing', () => {
    it.each(refused)(
      'given $what, when appended, then it is refused and nothing is kept',
      async ({ events, says }) => {
        const stream = newStream();
        await subject.store.append(stream, 'no-stream', [renamed()]);

        const error = await failure(subject.store.append(stream, 'any', events()));

        expect(error).toBeInstanceOf(EventRefused);
        expect(error).toMatchObject({ message: expect.stringMatching(says) });
        expect(await revisions(subject.store, stream)).toEqual([0]);
      },
    );

    it.each(oddStreams)(
      'given $what as name of a stream, when appended to, then it is refused',
      async ({ stream }) => {
        const error = await failure(subject.store.append(stream, 'any', [renamed()]));

        expect(error).toBeInstanceOf(EventRefused);
      },
    );

    it.each([-2, -3, 0.5, Number.NaN])(
      'given %d as the expected revision, when appended, then it is refused',
      async (expected) => {
        const stream = newStream();
        await subject.store.append(stream, 'no-stream', [renamed()]);

        const error = await failure(subject.store.append(stream, expected, [renamed()]));

        expect(error).toBeInstanceOf(EventRefused);
        expect(await revisions(subject.store, stream)).toEqual([0]);
      },
    );

    it('given an event of nearly 256 KiB, when appended, then it is kept whole', async () => {
      const stream = newStream();
      const large = ofBytes(250 * 1024);

      await subject.store.append(stream, 'no-stream', [large]);

      expect(await readStream(subject.store, stream)).toMatchObject([{ event: large.event }]);
    });
  });
}
