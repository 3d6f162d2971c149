import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { newEvent, newStream, renamed, renames } from '../support/events.js';
import { readAll, readStream } from '../support/reading.js';
import { usePostgresLog } from '../support/use-postgres-log.js';

/** A row as it stands in the table, made by hand. */
const insertRow = `
  INSERT INTO log.events
    (position, stream, revision, id, type, version, data, metadata, recorded_at)
  SELECT max(position) + 1, $1, 0, gen_random_uuid(), $2, $3, $4, '{}', now() + $5::interval
    FROM log.events`;

export function keepingTheTable(): void {
  describe('Postgres, keeping the table of events', () => {
    const subject = usePostgresLog();

    it.each([
      `UPDATE log.events SET data = '{}'`,
      'UPDATE log.events SET revision = 0 WHERE false',
      'DELETE FROM log.events',
      'TRUNCATE log.events',
      'TRUNCATE log.events CASCADE',
    ])('given events, when somebody tries to %s, then the table refuses', async (statement) => {
      const stream = newStream();
      await subject.store.append(stream, 'no-stream', renames(2));
      const before = await readStream(subject.store, stream);

      await expect(subject.log.query(statement)).rejects.toThrow('append-only');

      expect(await readStream(subject.store, stream)).toEqual(before);
    });

    it('given events, when the migration is undone, then it refuses to lose them', async () => {
      await subject.store.append(newStream(), 'no-stream', [renamed()]);

      await expect(subject.log.undoMigrations()).rejects.toThrow('holds events');

      expect((await readAll(subject.store)).length).toBeGreaterThan(0);
    });

    it('given appends, when read, then positions are gapless and times never fall', async () => {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          subject.store.append(newStream(), index % 3 === 0 ? 'any' : 'no-stream', renames(2)),
        ),
      );
      await subject.store.append(newStream(), 0, [renamed()]).catch(() => undefined);
      await subject.store.append(newStream(), 'no-stream', [renamed()]);

      const [found] = await subject.log.query(`
        SELECT count(*) FILTER (WHERE step <> 1)::int AS gaps,
               count(*) FILTER (WHERE time < time_before)::int AS falls,
               count(*)::int AS events
          FROM (SELECT position - lag(position, 1, 0) OVER (ORDER BY position) AS step,
                       recorded_at AS time,
                       lag(recorded_at) OVER (ORDER BY position) AS time_before
                  FROM log.events) steps`);

      expect(found).toMatchObject({ gaps: 0, falls: 0 });
      expect(found?.['events']).toBeGreaterThan(100);
    });

    it('given personal data, when looked at in the table, then nobody is named', async () => {
      const stream = newStream();
      const fullName = 'Ada Lovelace';
      const userId = randomUUID();
      await subject.store.append(stream, 'no-stream', [
        newEvent({ type: 'UserRenamed', data: { userId, fullName } }),
      ]);

      const [row] = await subject.log.query(
        'SELECT data::text AS data FROM log.events WHERE stream = $1',
        [stream],
      );

      expect(row?.['data']).toContain(userId);
      expect(row?.['data']).not.toContain('Lovelace');
    });

    it.each([
      { what: 'an unknown type', type: 'TagPainted', version: 1, reason: /TagPainted/ },
      { what: 'a newer version', type: 'TagRenamed', version: 2, reason: /newer Watchbook/ },
      { what: 'data off its schema', type: 'TagRenamed', version: 1, reason: /tagId/ },
    ])(
      'given $what in the table, when read, then it says so and the others are read',
      async ({ type, version, reason }) => {
        const stream = newStream();
        await subject.store.append(newStream(), 'any', [renamed()]);
        await subject.log.query(insertRow, [stream, type, version, '{}', '0 s']);
        await subject.store.append(stream, 0, [renamed()]);

        expect(await readStream(subject.store, stream)).toMatchObject([
          { readable: false, type, version, revision: 0, reason: expect.stringMatching(reason) },
          { readable: true, revision: 1 },
        ]);
      },
    );

    // The last one: whatever is appended from then on is an hour late.
    it('given a clock that was set back, when appended, then times do not fall', async () => {
      const ahead = newStream();
      await subject.store.append(newStream(), 'no-stream', [renamed()]);
      await subject.log.query(insertRow, [ahead, 'TagRenamed', 1, '{}', '1 hour']);
      const stream = newStream();

      await subject.store.append(stream, 'no-stream', [renamed()]);
      await subject.store.append(stream, 'any', [renamed()]);

      const [before] = await readStream(subject.store, ahead);
      const times = (await readStream(subject.store, stream)).map(({ recordedAt }) => recordedAt);
      expect(times).toEqual([before?.recordedAt, before?.recordedAt]);
    });
  });
}
