import { describe, expect, it } from '@jest/globals';
import { type LogEntry, type RecordedEvent } from '../../src/event-store/event-store.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { tags } from '../../src/projections/tags.js';
import { examples, ids } from './support/examples.js';
import { history, rowOf } from './support/history.js';

const { TagCreated: created, TagRenamed: renamed, TagDeleted: deleted } = examples;
const { tagId } = ids;
const row = rowOf(tags, [created]);
const withView = (kept: typeof row): object => ({ ...kept, view: tags.openView(kept) });

function apply(fold: ReturnType<typeof rowFold>, recorded: readonly RecordedEvent[]): void {
  for (const each of recorded) fold.apply(each);
}

describe('Folding events into rows', () => {
  it('given rows it knows nothing of, when asked, then it names each of them once', () => {
    const fold = rowFold(tags);

    expect(fold.missing(history([created, renamed, examples.ServiceTagged]))).toEqual([tagId]);

    fold.load([tagId], [row]);
    expect(fold.missing(history([renamed]))).toEqual([]);
  });

  it('given rows of the database, when events come, then the whole row is to be written', () => {
    const fold = rowFold(tags);
    fold.load([tagId], [JSON.parse(JSON.stringify({ ...row, view: 'of the table' }))]);
    const recorded = history([created], [renamed]);

    apply(fold, recorded.slice(1));

    const after = rowOf(tags, [created], [renamed]);
    expect(fold.changes()).toEqual({ upserts: [withView(after)], deletes: [] });
  });

  it('given a timestamp as Postgres writes it, when loaded, then it is UTC as everywhere', () => {
    const fold = rowFold(tags);
    fold.load([tagId], [{ ...row, created_at: '2026-01-01T01:00:00+01:00' }]);

    apply(fold, history([created], [renamed]).slice(1));

    expect(fold.changes().upserts).toMatchObject([{ created_at: '2026-01-01T00:00:00.000Z' }]);
  });

  it('given a row that comes and goes within a batch, then what is to be done is delete it', () => {
    const fold = rowFold(tags);
    fold.load([tagId], []);

    apply(fold, history([created], [renamed], [deleted]));

    expect(fold.changes()).toEqual({ upserts: [], deletes: [tagId] });
  });

  it('given an event of something that does not exist, then there is nothing to write', () => {
    const fold = rowFold(tags);
    fold.load([tagId], []);

    apply(fold, history([renamed]));

    expect(fold.changes()).toEqual({ upserts: [], deletes: [] });
  });

  it('given what was written is kept, when more comes, then only the new is to be written', () => {
    const fold = rowFold(tags);
    fold.load([tagId], [row]);
    const recorded = history([created], [renamed]);
    apply(fold, recorded.slice(1));

    fold.keep();

    expect(fold.changes()).toEqual({ upserts: [], deletes: [] });
    expect(fold.missing(history([renamed]))).toEqual([]);
  });

  it('given an entry that nobody can read, when it comes, then it is refused with the reason', () => {
    const fold = rowFold(tags);
    const unreadable: LogEntry[] = history([created]).map((recorded) => ({
      ...recorded,
      readable: false,
      type: 'TagShouted',
      version: 1,
      reason: 'not known',
    }));

    expect(fold.missing(unreadable)).toEqual([]);
    for (const each of unreadable) expect(() => fold.apply(each)).toThrow('not known');
    expect.assertions(2);
  });

  it('given rows it has changed, when one like it is made, then that knows of none', () => {
    const fold = rowFold(tags);
    apply(fold, history([created]));

    expect(fold.pending).toBe(1);
    expect(fold.anew().pending).toBe(0);
    expect(fold.anew().missing(history([renamed]))).toEqual([tagId]);
  });

  it('given the transaction failed, when it forgets, then it has to ask for rows again', () => {
    const fold = rowFold(tags);
    fold.load([tagId], [row]);
    apply(fold, history([created], [renamed]).slice(1));

    fold.forget();

    expect(fold.changes()).toEqual({ upserts: [], deletes: [] });
    expect(fold.missing(history([renamed]))).toEqual([tagId]);
  });
});
