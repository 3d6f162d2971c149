import { expect, it } from '@jest/globals';
import { type ExpectedRevision } from '../../../src/event-store/event-store.js';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { readStream } from '../support/reading.js';
import { onDoubleLog } from '../support/use-eventstoredb-double.js';
import { failure, outcome, within } from '../support/waiting.js';

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

export function losingReplies(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  it.concurrent.each([1, 3])(
    'given the replies to appends of %i events are lost, then each happens once, and is told right',
    (count) =>
      onDoubleLog(double, { batchAppend }, async (subject) => {
        const appends = await Promise.all(
          kinds.map(async ({ expected, length }) => {
            const stream = newStream();
            const before = renames(length);
            if (length > 0) await subject.store.append(stream, 'no-stream', before);
            return { stream, expected, before, events: renames(count) };
          }),
        );
        await subject.log.loseReplies(kinds.length);

        const told = await within(
          5_000,
          'answers',
          Promise.all(
            appends.map(({ stream, expected, events }) =>
              subject.store.append(stream, expected, events),
            ),
          ),
        );

        for (const [index, { stream, before, events }] of appends.entries()) {
          const entries = await readStream(subject.store, stream);
          expect(ids(entries)).toEqual(ids([...before, ...events]));
          expect(entries.at(-1)).toMatchObject({ ...told[index] });
        }
      })(),
  );

  it.concurrent(
    'given a lost reply and others who append meanwhile, then both are told right',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const stream = newStream();
      const [mine, theirs] = [renames(2), renames(2)];
      const other = subject.open();
      await subject.log.loseReplies(1);

      const [first, second] = await Promise.all([
        subject.store.append(stream, 'any', mine),
        other.append(stream, 'any', theirs),
      ]);

      const entries = await readStream(subject.store, stream);
      expect(ids(entries).sort()).toEqual(ids([...mine, ...theirs]).sort());
      expect(entries.find(({ revision }) => revision === first.revision)).toMatchObject({
        id: mine.at(-1)?.id,
        ...first,
      });
      expect(entries.find(({ revision }) => revision === second.revision)).toMatchObject({
        id: theirs.at(-1)?.id,
        ...second,
      });
    }),
  );

  it.concurrent(
    'given the winner of a race gets no reply, then it wins and the other loses',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const stream = newStream();
      const winner = renamed();
      await subject.log.loseReplies(1);
      const winning = subject.store.append(stream, 'no-stream', [winner]);
      const other = subject.open();
      while ((await readStream(other, stream)).length === 0);

      const lost = await failure(other.append(stream, 'no-stream', [renamed()]));

      expect(lost).toBeInstanceOf(WrongExpectedRevision);
      expect(lost).toMatchObject({ actual: 0 });
      expect(await winning).toMatchObject({ revision: 0 });
      expect(ids(await readStream(other, stream))).toEqual([winner.id]);
    }),
  );

  it.concurrent(
    'given replies that come twice, then appends go on, each carried out once',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const streams = Array.from({ length: 20 }, newStream);
      await subject.log.duplicateReplies(20);

      const { winners } = outcome(
        await Promise.allSettled(
          streams.map((stream) => subject.store.append(stream, 'no-stream', [renamed()])),
        ),
      );

      expect(winners).toHaveLength(20);
      expect(new Set(winners.map(({ position }) => position)).size).toBe(20);
      await subject.store.append(newStream(), 'no-stream', [renamed()]);
      for (const stream of streams) expect(await readStream(subject.store, stream)).toHaveLength(1);
    }),
  );
}
