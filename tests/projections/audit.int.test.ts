import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { auditFold } from '../../src/projections/audit.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { type Cast, changeAll, insertRaw, newCast } from './support/happenings.js';
import { allFolds, RunningEngine } from './support/read-models.js';

const subject = usePostgresLog();
let engine: RunningEngine;
let cast: Cast;
beforeEach(async () => {
  engine = await RunningEngine.start(subject.log, [...allFolds(), auditFold(14)]);
  cast = await newCast(subject.store);
});
afterEach(() => engine.stop());

const rows = (columns: string): Promise<Record<string, unknown>[]> =>
  subject.log.query(`SELECT ${columns} FROM read.audit ORDER BY position`);

describe('The audit read model', () => {
  it('given whatever happens, then it has a row for each event', async () => {
    await changeAll(subject.store, cast, 'changed');
    await engine.reaches(cast.position);

    expect(await rows('position, event_id, recorded_at, stream, revision, type')).toEqual(
      await subject.log.query(
        `SELECT position, id AS event_id, recorded_at, stream, revision::int AS revision, type
           FROM log.events ORDER BY position`,
      ),
    );
  });

  it('given an event that nobody here can read, then it has a row, too, and goes on', async () => {
    const stream = `tag-${cast.tagId}`;
    await insertRaw(subject.log, { stream, type: 'TagPolished', version: 1, data: {} });
    await changeAll(subject.store, cast, 'after it');
    await engine.untilFailed('tags');
    await engine.reaches(cast.position);

    const [row] = await subject.log.query(
      `SELECT outcome, subject, actor_id, words FROM read.audit WHERE type = 'TagPolished'`,
    );
    expect(row).toEqual({
      outcome: 'accepted',
      subject: stream,
      actor_id: null,
      words: 'tagpolished',
    });
    expect(engine.engine.failures.map(({ projection }) => projection)).not.toContain('audit');
  });

  it('given personal data in the log, then it has none', async () => {
    await engine.reaches(cast.position);

    expect(JSON.stringify(await rows('*'))).not.toMatch(/ada@example|Ada/);
  });
});
