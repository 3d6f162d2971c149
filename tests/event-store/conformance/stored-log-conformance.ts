import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type StoredEntry } from '../../../src/event-store/codec.js';
import { contentsOf, copyLog, NotABeginning } from '../../../src/event-store/copy-log.js';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { start } from '../../../src/event-store/position.js';
import { type StoredLog } from '../../../src/event-store/stored-log.js';
import { isRising } from '../support/reading.js';
import { failure } from '../support/waiting.js';

export interface OpenedStoredLogs {
  /** A log of its own, empty. */
  openEmpty(): Promise<StoredLog>;
  close(): Promise<void>;
}

/** What every log must do that can be moved from and to, whatever keeps it. */
export function storedLogConformance(name: string, open: () => Promise<OpenedStoredLogs>): void {
  describe(`${name}, as every log that can be moved`, () => {
    let logs: OpenedStoredLogs;
    beforeAll(async () => {
      logs = await open();
    });
    afterAll(() => logs.close());

    async function given(entries: readonly StoredEntry[]): Promise<StoredLog> {
      const log = await logs.openEmpty();
      if (entries.length > 0) await log.append(entries);
      return log;
    }

    it('given an empty log, when read, then there is nothing', async () => {
      expect(await entriesIn(await given([]))).toEqual([]);
    });

    it('given entries, when read again, then all but the position is as it was', async () => {
      const entries = story(7);
      const log = await given(entries);

      const found = await entriesIn(log);

      expect(found.map(withoutPosition)).toEqual(entries.map(withoutPosition));
      expect(isRising(found.map(({ position }) => position))).toBe(true);
    });

    it('given a position, when read after it, then only what is later comes', async () => {
      const log = await given(story(7));
      const [, , third] = await entriesIn(log);

      const found = await entriesIn(log, third?.position);

      expect(found).toHaveLength(4);
    });

    it('given entries, when appended again with more, then only those are new', async () => {
      const entries = story(9);
      const log = await given(entries.slice(0, 5));
      const before = await entriesIn(log);

      await log.append(entries.slice(2));
      await log.append(entries);

      const after = await entriesIn(log);
      expect(after.slice(0, 5)).toEqual(before);
      expect(after.map(withoutPosition)).toEqual(entries.map(withoutPosition));
    });

    it.each<{ what: string; wrong: (last: StoredEntry) => StoredEntry }>([
      { what: 'another event at its place', wrong: (last) => ({ ...last, id: randomUUID() }) },
      {
        what: 'nothing at the place before it',
        wrong: (last) => ({ ...last, id: randomUUID(), revision: last.revision + 2 }),
      },
    ])('given $what, when appended, then it is refused, and nothing is kept', async ({ wrong }) => {
      const entries = story(6);
      const log = await given(entries);
      const before = await entriesIn(log);

      const error = await failure(log.append(entries.slice(-1).map(wrong)));

      expect(error).toBeInstanceOf(WrongExpectedRevision);
      expect(error).toMatchObject({ stream: entries.at(-1)?.stream });
      expect(await entriesIn(log)).toEqual(before);
    });

    it('given a log of several pages, when copied, then both are the same', async () => {
      const source = await given(story(2_300));
      const target = await given([]);

      const sent = await copyLog(source, target, () => undefined);

      expect(sent.events).toBe(2_300);
      expect(await contentsOf(target, Infinity, () => undefined)).toEqual(sent);
    });

    it('given a copy that was interrupted, when copied again, then it goes on there', async () => {
      const entries = story(1_500);
      const source = await given(entries);
      const target = await given(entries.slice(0, 700));
      const before = await entriesIn(target);

      const sent = await copyLog(source, target, () => undefined);

      expect((await entriesIn(target)).slice(0, 700)).toEqual(before);
      expect(await contentsOf(target, Infinity, () => undefined)).toEqual(sent);
    });

    it.each<{ what: string; of: (entries: readonly StoredEntry[]) => StoredEntry[] }>([
      { what: 'something else', of: () => story(2) },
      { what: 'more', of: (entries) => [...entries, ...story(1)] },
      {
        what: 'one event with other data',
        of: (entries) => entries.map((entry, n) => (n === 3 ? { ...entry, data: {} } : entry)),
      },
    ])('given a target with $what, when copied to, then it is left alone', async ({ of }) => {
      const entries = story(5);
      const source = await given(entries);
      const target = await given(of(entries));
      const before = await entriesIn(target);

      const error = await failure(copyLog(source, target, () => undefined));

      expect(error).toBeInstanceOf(NotABeginning);
      expect(await entriesIn(target)).toEqual(before);
    });
  });
}

/** Entries in three streams by turns, as some other store kept them. Nothing of it need be known to this build. */
export function story(length: number): StoredEntry[] {
  const streams = [randomUUID(), randomUUID(), randomUUID()].map((name) => `tag-${name}`);
  return Array.from({ length }, (_, n) => ({
    id: randomUUID(),
    stream: streams[n % 3] ?? '',
    revision: Math.floor(n / 3),
    position: start,
    type: n % 5 === 0 ? 'TagPolished' : 'TagRenamed',
    version: 1 + (n % 2),
    recordedAt: new Date(Date.UTC(2026, 2, 3) + n * 1_234).toISOString(),
    data: { z: n, a: `Ünïcödé ${n} 👩‍👧`, nested: { b: [1, null, true], a: 0.1 } },
    metadata: { command: 'Polish', n },
  }));
}

async function entriesIn(log: StoredLog, after = start): Promise<StoredEntry[]> {
  const entries: StoredEntry[] = [];
  for await (const page of log.pages(after)) entries.push(...page);
  return entries;
}

function withoutPosition({ position: _, ...rest }: StoredEntry): object {
  return rest;
}
