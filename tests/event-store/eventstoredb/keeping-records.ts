import { randomUUID } from 'node:crypto';
import { binaryEvent, type EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { describe, expect, it } from '@jest/globals';
import { start } from '../../../src/event-store/position.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { ids, newStream, renamed, renames } from '../support/events.js';
import { withClient } from '../support/eventstoredb.js';
import { mark, readAll, readBatches, readStream } from '../support/reading.js';
import { useDoubleLog } from '../support/use-eventstoredb-double.js';

export function keepingRecords(double: () => EventStoreDbDouble): void {
  describe('what is kept', () => {
    const subject = useDoubleLog(double);
    const asSomebodyElse = <T>(use: (client: EventStoreDBClient) => Promise<T>): Promise<T> =>
      withClient(subject.log.url, use);

    it('given an event, when others look, then it is JSON with its schema beside it', async () => {
      const stream = newStream();
      const event = renamed();
      await subject.store.append(stream, 'no-stream', [event]);

      const found = await asSomebodyElse(async (client) => {
        for await (const { event: record } of client.readStream(stream)) return record;
        return undefined;
      });

      expect(found).toMatchObject({
        id: event.id,
        type: 'TagRenamed',
        isJson: true,
        data: event.event.data,
        metadata: { version: 1, metadata: event.metadata },
      });
    });

    it('given what others wrote, when read, then it is there, unreadable, and stops nobody', async () => {
      const stream = newStream();
      const id = randomUUID();
      await subject.store.append(stream, 'no-stream', [renamed()]);
      await asSomebodyElse((client) =>
        client.appendToStream(stream, [
          binaryEvent({ id, type: 'TagRenamed', data: Buffer.from([0, 1, 255]) }),
          jsonEvent({ type: 'TagRenamed', data: { tagId: id, name: 'x' } }),
          jsonEvent({ type: 'TagRenamed', data: [], metadata: { $correlationId: 'x' } }),
          jsonEvent({ type: 'Foreign', data: 'text', metadata: Buffer.from('no JSON') }),
        ]),
      );
      await subject.store.append(stream, 4, [renamed()]);

      const entries = await readStream(subject.store, stream);

      expect(entries.map(({ readable }) => readable)).toEqual([
        true,
        ...[false, false, false, false],
        true,
      ]);
      expect(entries[1]).toMatchObject({ id, type: 'TagRenamed', version: 0, revision: 1 });
      expect(ids(await readAll(subject.store))).toEqual(ids(entries));
    });

    it("given the server's own events, when read, then they are passed over", async () => {
      const stream = newStream();
      await asSomebodyElse(async (client) => {
        await client.appendToStream('$odd', jsonEvent({ type: 'NoDollar', data: {} }));
        await client.appendToStream(stream, jsonEvent({ type: '$odd', data: {} }));
        await client.setStreamMetadata(stream, { maxAge: 1_000_000 });
      });
      const first = await readBatches(subject.store);
      const event = renamed();
      await subject.store.append(stream, 0, [event]);

      expect(first.flatMap(({ entries }) => entries)).toEqual([]);
      expect(first.at(-1)?.upTo).toBeGreaterThan(start);
      expect(await subject.store.identity()).toMatch(`esdb:${event.id}@`);
      const after = first.at(-1)?.upTo ?? start;
      expect(ids(await readAll(subject.store, { after }))).toEqual([event.id]);
      expect(ids(await readStream(subject.store, stream))).toEqual([event.id]);
    });

    it('given nothing but what the server writes itself, then the log has no identity', async () => {
      expect(await subject.store.identity()).toBeUndefined();
      expect(await readAll(subject.store)).toEqual([]);
    });

    it('given a stream whose beginning is hidden, when appended to anyhow, then it goes on', async () => {
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', renames(3));
      await asSomebodyElse((client) => client.setStreamMetadata(stream, { truncateBefore: 3 }));
      const event = renamed();

      const appended = await subject.store.append(stream, 'any', [event]);

      expect(appended.revision).toBe(3);
      expect(ids(await readStream(subject.store, stream))).toEqual([event.id]);
    });

    it('given a stream that was deleted, when appended to anew, then numbering goes on', async () => {
      const [anyhow, anew] = [newStream(), newStream()];
      for (const stream of [anyhow, anew]) {
        await subject.store.append(stream, 'no-stream', renames(2));
        await asSomebodyElse((client) => client.deleteStream(stream));
      }

      expect(await subject.store.append(anyhow, 'any', [renamed()])).toMatchObject({ revision: 2 });
      expect(await subject.store.append(anew, 'no-stream', renames(2))).toMatchObject({
        revision: 3,
      });
      expect(await readStream(subject.store, anew)).toHaveLength(2);
    });

    it('given a log that goes on elsewhere, when followed from there, then there is nothing yet', async () => {
      const position = await mark(subject.store);
      const beyond = position + 1_000_000n;
      const batches: unknown[] = [];
      const controller = new AbortController();

      for await (const batch of subject.store.subscribe({ after: beyond }, controller.signal)) {
        batches.push(batch);
        if (batches.length === 2) controller.abort();
      }

      const nothing = { entries: [], upTo: beyond, atEnd: true };
      expect(batches).toEqual([nothing, nothing]);
    });
  });
}
