import { expect, it } from '@jest/globals';
import { EventRefused, EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { withClient } from '../support/eventstoredb.js';
import { mark, readAll, readStream } from '../support/reading.js';
import { onDoubleLog } from '../support/use-eventstoredb-double.js';
import { failure, within } from '../support/waiting.js';

export function refusingServers(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  it.concurrent.each(['tooBusy', 'notReady'] as const)(
    'given a server that says %s some times, when appended to, then it is asked again',
    (fault) =>
      onDoubleLog(double, { batchAppend }, async (subject) => {
        const stream = newStream();
        const events = renames(2);
        await subject.log[fault](3);

        const { revision } = await subject.store.append(stream, 'no-stream', events);

        expect(revision).toBe(1);
        expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
      })(),
  );

  it.concurrent(
    'given a server that is too busy all the time, then that is said within 5 s',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const stream = newStream();
      await subject.log.tooBusy(1_000);

      const error = await within(
        5_000,
        'an answer',
        failure(subject.store.append(stream, 'no-stream', [renamed()])),
      );

      expect(error).toBeInstanceOf(EventStoreUnavailable);
      expect(await readStream(subject.store, stream)).toEqual([]);
    }),
  );

  it.concurrent(
    'given a server that is slower than it allows itself, then the append happens once',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const stream = newStream();
      const event = renamed();
      await subject.log.slow(2_200);

      const result = await within(
        5_000,
        'an answer',
        subject.store.append(stream, 'no-stream', [event]).catch((error: unknown) => error),
      );

      if (result instanceof Error) expect(result).toBeInstanceOf(EventStoreUnavailable);
      await subject.log.slow(0);
      const again = await subject.store.append(stream, 'no-stream', [event]);
      expect(await readStream(subject.store, stream)).toMatchObject([{ id: event.id, ...again }]);
    }),
  );

  it.concurrent(
    'given a stream that was deleted for ever, then it is refused, and reads as none',
    onDoubleLog(double, { batchAppend }, async (subject) => {
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', [renamed()]);
      await withClient(subject.log.url, (client) => client.tombstoneStream(stream));

      const errors = [
        await failure(subject.store.append(stream, 0, [renamed()])),
        await failure(subject.store.append(stream, 'any', [renamed()])),
      ];

      for (const error of errors) expect(error).toBeInstanceOf(EventRefused);
      expect(await readStream(subject.store, stream)).toEqual([]);
    }),
  );
}

export function failingClusters(double: () => EventStoreDbDouble, batchAppend: boolean): void {
  it.concurrent(
    'given another node of a cluster becomes the leader, then appends and reads go there',
    onDoubleLog(double, { batchAppend, nodes: 3 }, async (subject) => {
      const stream = newStream();
      const events = renames(4);
      for (const [index, event] of events.entries()) {
        await subject.store.append(stream, index === 0 ? 'no-stream' : index - 1, [event]);
        await subject.log.moveLeader();
      }

      expect(ids(await readStream(subject.store, stream))).toEqual(ids(events));
      expect(ids(await readAll(subject.store))).toEqual(ids(events));
    }),
  );

  it.concurrent(
    'given no node of a cluster can be found, when one can again, then appends work again',
    onDoubleLog(double, { batchAppend, nodes: 3 }, async (subject) => {
      await mark(subject.store);
      for (const node of [0, 1, 2]) await subject.log.refuseConnections(node);
      const stream = newStream();
      const event = renamed();
      const errors = await within(
        5_000,
        'answers',
        Promise.all([
          failure(subject.store.append(stream, 'no-stream', [event])),
          failure(readStream(subject.store, stream)),
        ]),
      );
      for (const error of errors) expect(error).toBeInstanceOf(EventStoreUnavailable);

      for (const node of [0, 1, 2]) await subject.log.acceptConnections(node);

      await subject.store.append(newStream(), 'no-stream', [renamed()]);
      // What became of the first one is unknown: the same again tells.
      const again = await subject.store.append(stream, 'no-stream', [event]);
      expect(await readStream(subject.store, stream)).toMatchObject([{ id: event.id, ...again }]);
    }),
  );

  it.concurrent(
    'given no node of a cluster could be found from the beginning, then it works once one can',
    onDoubleLog(double, { batchAppend, nodes: 3 }, async (subject) => {
      for (const node of [0, 1, 2]) await subject.log.refuseConnections(node);
      const stream = newStream();
      const appending = subject.store.append(stream, 'no-stream', [renamed()]);
      await new Promise((resolve) => setTimeout(resolve, 1_500));

      for (const node of [0, 1, 2]) await subject.log.acceptConnections(node);

      expect(await appending).toMatchObject({ revision: 0 });
    }),
  );

  it.concurrent(
    'given the leader of a cluster refuses connections and another leads, then that one is used',
    onDoubleLog(double, { batchAppend, nodes: 3 }, async (subject) => {
      await mark(subject.store);

      await subject.log.refuseConnections(0);
      await subject.log.moveLeader();
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', renames(2));

      expect(await readStream(subject.store, stream)).toHaveLength(2);
      await subject.log.acceptConnections(0);
    }),
  );
}
