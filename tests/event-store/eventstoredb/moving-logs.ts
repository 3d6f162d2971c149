import { describe, expect, it } from '@jest/globals';
import { type StoredEntry } from '../../../src/event-store/codec.js';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { EventStoreDbStoredLog } from '../../../src/event-store/eventstoredb/stored-log.js';
import { start } from '../../../src/event-store/position.js';
import { parseEventStoreAddress } from '../../../src/platform/event-store-address.js';
import { type EventStoreDbDouble } from '../../support/eventstoredb-double/eventstoredb-double.js';
import { newStream, ofBytes, renamed, renames } from '../support/events.js';
import { appendMany, readAll, readStream } from '../support/reading.js';
import { useDoubleLog } from '../support/use-eventstoredb-double.js';
import { failure } from '../support/waiting.js';

export function movingLogs(double: () => EventStoreDbDouble): void {
  describe('a log that is moved', () => {
    const from = useDoubleLog(double);
    const to = useDoubleLog(double);

    async function withLogs(
      use: (source: EventStoreDbStoredLog, target: EventStoreDbStoredLog) => Promise<void>,
    ): Promise<void> {
      const [source, target] = [from, to].map(
        ({ log }) => new EventStoreDbStoredLog(parseEventStoreAddress(log.url)),
      );
      if (source === undefined || target === undefined) throw new Error('There are two');
      await use(source, target);
      await Promise.all([source.close(), target.close()]);
    }

    async function all(log: EventStoreDbStoredLog): Promise<StoredEntry[]> {
      const entries: StoredEntry[] = [];
      for await (const page of log.pages(start)) entries.push(...page);
      return entries;
    }

    /** All but the position, which is the store's. */
    const content = (entries: readonly StoredEntry[]): unknown[] =>
      entries.map((entry) => ({ ...entry, position: undefined }));

    it('given a log, when appended elsewhere in pages, then all is the same, times too', async () => {
      const streams = [newStream(), newStream()];
      for (let index = 0; index < 6; index += 1)
        await from.store.append(streams[index % 2] ?? newStream(), 'any', renames(2));
      await appendMany(from.store, newStream(), renames(1_200));
      await from.store.append(newStream(), 'any', [ofBytes(200_000), ofBytes(200_000)]);
      await new Promise((resolve) => setTimeout(resolve, 5));

      await withLogs(async (source, target) => {
        for await (const page of source.pages(start)) await target.append(page);

        expect(content(await all(target))).toEqual(content(await all(source)));
        const times = ({ recordedAt }: { recordedAt: string }): string => recordedAt;
        expect((await readAll(to.store)).map(times)).toEqual(
          (await readAll(from.store)).map(times),
        );
      });
    });

    it('given part of it is there, when appended again, cut differently, then it ends the same', async () => {
      const stream = newStream();
      await appendMany(from.store, stream, renames(20));

      await withLogs(async (source, target) => {
        const entries = await all(source);
        await target.append(entries.slice(0, 7));
        await target.append(entries.slice(3, 12));
        await target.append(entries);
        await target.append(entries);

        expect(content(await all(target))).toEqual(content(entries));
      });
    });

    it('given something else is there, when appended, then it says so and changes nothing', async () => {
      const stream = newStream();
      await from.store.append(stream, 'no-stream', renames(4));
      await to.store.append(stream, 'no-stream', [renamed()]);

      await withLogs(async (source, target) => {
        const error = await failure(target.append(await all(source)));

        expect(error).toBeInstanceOf(WrongExpectedRevision);
        expect(await readStream(to.store, stream)).toHaveLength(1);
      });
    });

    it('given others append meanwhile, when read, then it ends where it began', async () => {
      await appendMany(from.store, newStream(), renames(1_500));

      await withLogs(async (source) => {
        let found = 0;
        for await (const page of source.pages(start)) {
          found += page.length;
          await from.store.append(newStream(), 'any', renames(500));
        }

        expect(found).toBe(1_500);
      });
    });

    it('given its name, then it tells where it is', () => {
      const address = parseEventStoreAddress('esdb://admin:secret@one,two');

      expect(new EventStoreDbStoredLog(address).name).toBe('esdb://one:2113,two:2113');
    });
  });
}
