import { describe, expect, it } from '@jest/globals';
import { deleted, ids, newStream, renamed, renames } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { readAll, readStream } from '../support/reading.js';
import { usePostgresLog } from '../support/use-postgres-log.js';

export function truncating(): void {
  describe('Postgres, truncating the log', () => {
    const subject = usePostgresLog();

    async function truncate(sentence: string | null): Promise<unknown> {
      const [row] = await subject.log.query('SELECT log.truncate($1)::int AS removed', [sentence]);
      return row?.['removed'];
    }

    async function sentence(): Promise<string> {
      const [row] = await subject.log.query('SELECT current_database() AS name');
      return `Remove all events in ${String(row?.['name'])} for ever`;
    }

    it.each(['yes', '', null, 'Remove all events in postgres for ever'])(
      'given %j as the sentence, when truncated, then nothing is removed and it is told',
      async (wrong) => {
        await subject.store.append(newStream(), 'no-stream', renames(2));
        const before = await readAll(subject.store);

        await expect(truncate(wrong)).rejects.toThrow(await sentence());

        expect(await readAll(subject.store)).toEqual(before);
      },
    );

    it('given a role that is not the owner, when it wants to, then it may only append', async () => {
      // Exists on every server.
      const [may] = await subject.log.query(`
        SELECT has_function_privilege('pg_monitor', 'log.truncate(text)', 'EXECUTE') AS truncate,
               bool_and(has_function_privilege('pg_monitor', oid, 'EXECUTE')) AS append
          FROM pg_proc
         WHERE pronamespace = 'log'::regnamespace AND proname = 'append'`);

      expect(may).toEqual({ truncate: false, append: true });
    });

    it('given events, when truncated, then they are gone and the log is another one', async () => {
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', renames(3));
      const before = await readAll(subject.store);
      const identity = await subject.store.identity();
      const follower = new Follower(subject.store, { after: before.at(-1)?.position ?? 0n });
      await follower.untilAtEnd();

      expect(await truncate(await sentence())).toBe(before.length);

      expect(await readAll(subject.store)).toEqual([]);
      expect(await readStream(subject.store, stream)).toEqual([]);
      expect(await subject.store.identity()).toBeUndefined();
      const events = [renamed(), deleted()];
      const appended = await subject.store.append(stream, 'no-stream', events);
      expect(appended).toEqual({ revision: 1, position: BigInt(before.length + 2) });
      expect(await subject.store.identity()).not.toBe(identity);
      await follower.untilSeen(ids(events));
      await follower.stop();
      expect(ids(await readAll(subject.store))).toEqual(ids(events));
      expect(
        await subject.log.query('SELECT last_position::int, events::int FROM log.truncations'),
      ).toEqual([{ last_position: before.length, events: before.length }]);
    });

    it('given a truncated log, when somebody wants to change it, then it refuses', async () => {
      await subject.store.append(newStream(), 'any', [renamed()]);
      await truncate(await sentence());
      await subject.store.append(newStream(), 'any', [renamed()]);

      for (const statement of ['DELETE FROM log.events', 'TRUNCATE log.events'])
        await expect(subject.log.query(statement)).rejects.toThrow('append-only');
    });

    it('given an empty log, when truncated twice, then there is nothing to remove', async () => {
      await truncate(await sentence());

      expect(await truncate(await sentence())).toBe(0);
    });

    it('given appends that are waiting, when truncated, then each is whole or gone', async () => {
      const streams = Array.from({ length: 200 }, newStream);
      const appending = Promise.all(
        streams.map((stream) => subject.store.append(stream, 'no-stream', renames(3))),
      );
      await truncate(await sentence());
      const appended = await appending;

      const positions = appended.map(({ position }) => position);
      expect(new Set(positions).size).toBe(streams.length);
      for (const stream of streams)
        expect([0, 3]).toContain((await readStream(subject.store, stream)).length);
    });
  });
}
