import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { metadata, newEvent, newStream, renamed, renames } from '../support/events.js';
import { readStream } from '../support/reading.js';
import { type Subject } from './subject.js';

const oddTexts = [
  '',
  ' outer spaces ',
  'Ünïcödé, naïve façade',
  'e\u0301 is not \u00e9',
  '日本語 한국어 العربية עברית',
  '👩‍👩‍👧‍👦 🏳️‍🌈 𝕏',
  '\u202eright to left\u202c',
  'controls \x01\x02\x1e\x1f\x7f\t\r\n',
  '\u2028\u2029\ufeff\uffff',
  `quotes ' " \` and \\ \\u0000 \\x1f`,
  '{"json":[null,"NULL"]}',
  `'); DROP TABLE x; --`,
  '$1 %s ${a} &amp; <b>',
  'null',
];

const oddStreams: StreamId[] = [
  'role-Ünïcödé 👩‍👧',
  `role-'; -- "quoted" \\ {a,b} NULL`,
  'role- ',
  'role-日本語',
];

export function keepingEvents(subject: Subject): void {
  async function kept(events: NewEvent[], stream = newStream()): Promise<unknown[]> {
    await subject.store.append(stream, 'any', events);
    return (await readStream(subject.store, stream)).slice(-events.length);
  }

  describe('keeping', () => {
    it('given odd texts, when read again, then not a character is lost', async () => {
      const events = oddTexts.map((text) => renamed(text));

      const entries = await kept(events);

      expect(entries).toMatchObject(events.map(({ event }) => ({ readable: true, event })));
    });

    it('given odd texts beside an event, when read again, then they are the same', async () => {
      const events = oddTexts.map((text) => ({
        ...renamed(),
        metadata: metadata({ requestId: text, correlationId: `a${text}` }),
      }));

      const entries = await kept(events);

      expect(entries).toMatchObject(events.map(({ metadata: beside }) => ({ metadata: beside })));
    });

    it.each(oddStreams)(
      'given %j as the name of a stream, when read, then only its own events are found',
      async (prefix) => {
        const stream: StreamId = `${prefix}${randomUUID()}`;
        const neighbour: StreamId = `${stream}x`;
        await subject.store.append(neighbour, 'no-stream', [renamed()]);
        const event = renamed();

        expect(await kept([event], stream)).toMatchObject([{ id: event.id, stream }]);
      },
    );

    it('given names that differ only in case, when appended to, then they are two', async () => {
      const name = randomUUID().replaceAll('-', '');

      await subject.store.append(`role-a${name}`, 'no-stream', [renamed()]);
      const { revision } = await subject.store.append(`role-A${name}`, 'no-stream', [renamed()]);

      expect(revision).toBe(0);
    });

    it('given an event, when read, then all that was said about it is there', async () => {
      const stream = newStream();
      const event = {
        ...renamed(),
        metadata: metadata({ causationId: randomUUID(), requestId: 'request' }),
      };

      const { revision, position } = await subject.store.append(stream, 'no-stream', [event]);

      const [entry] = await readStream(subject.store, stream);
      expect(entry).toStrictEqual({
        ...event,
        readable: true,
        stream,
        revision,
        position,
        recordedAt: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
      });
    });

    it('given an append, when read, then it was recorded while it was appended', async () => {
      const stream = newStream();
      const before = Date.now();
      await subject.store.append(stream, 'no-stream', renames(3));
      const after = Date.now();

      const times = (await readStream(subject.store, stream)).map(({ recordedAt }) =>
        Date.parse(recordedAt),
      );

      // A minute's grace: the log may live on a machine with a clock of its own.
      expect(Math.min(...times)).toBeGreaterThan(before - 60_000);
      expect(Math.max(...times)).toBeLessThan(after + 60_000);
    });

    it('given a log, when two stores are asked which it is, then they agree for ever', async () => {
      await subject.store.append(newStream(), 'any', [renamed()]);
      const identity = await subject.store.identity();
      await subject.store.append(newStream(), 'any', [renamed()]);

      expect(identity).toMatch(/./);
      expect(await subject.another.identity()).toBe(identity);
    });

    it('given personal data, when read, then it is readable', async () => {
      const userId = randomUUID();
      const event = newEvent({ type: 'UserRenamed', data: { userId, fullName: 'Ada 👩‍💻' } });

      expect(await kept([event])).toMatchObject([{ event: event.event }]);
    });
  });
}
