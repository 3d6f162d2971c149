import { describe, expect, it } from '@jest/globals';
import { type TagEvent } from '../../src/domain/tags/events.js';
import { ServiceView, TagView } from '../../src/http/resources/views.js';
import { type TagRow, tags } from '../../src/projections/tags.js';
import { examples, ids } from './support/examples.js';
import { completed, history, rowAfter, rowOf, timeOf } from './support/history.js';

const { TagCreated: created, TagRenamed, TagRecolored, TagDeleted, TagNameForfeited } = examples;
const { tagId, userId } = ids;

const chip = (name: string, color: string): string => JSON.stringify({ id: tagId, name, color });

const changes: { readonly [Type in TagEvent['type']]?: Partial<TagRow> } = {
  TagRenamed: { name: 'later', chip: chip('later', '#ff0000'), updated_at: timeOf(1) },
  TagRecolored: { color: '#00ff00', chip: chip('urgent', '#00ff00'), updated_at: timeOf(1) },
  // Nobody can see that a claim was lost; the revision counts it all the same.
  TagNameForfeited: {},
};

describe('The row of a tag', () => {
  it('given a tag was created, then it is what was created', () => {
    expect(rowOf(tags, [created])).toEqual({
      id: tagId,
      name: 'urgent',
      color: '#ff0000',
      created_by_id: userId,
      revision: 0,
      created_at: timeOf(0),
      updated_at: null,
      chip: chip('urgent', '#ff0000'),
    });
  });

  it.each([TagRenamed, TagRecolored, TagNameForfeited])(
    'given a tag, when $type, then that alone is different',
    (event) => {
      const [before, after] = [rowOf(tags, [created]), rowOf(tags, [created], [event])];

      expect(changes[event.type]).toBeDefined();
      expect(after).toEqual({ ...before, ...changes[event.type], revision: 1 });
    },
  );

  it('given a tag, when it is deleted, then its row ends, whatever comes after', () => {
    expect(rowAfter(tags, history([created], [TagDeleted]))).toBeNull();
    for (const late of [TagRenamed, TagRecolored, TagNameForfeited])
      expect(rowAfter(tags, history([created], [TagDeleted], [late]))).toBeUndefined();
  });

  it('given a name was forfeited before the tag came to be, then there is no row', () => {
    expect(rowAfter(tags, history([TagNameForfeited]))).toBeUndefined();
  });
});

describe('The view of a tag', () => {
  it.each([TagRenamed, TagRecolored, TagNameForfeited])(
    'given $type, when its services are counted, then it is what is promised',
    (event) => {
      const row = rowOf(tags, [created], [event]);

      const view = TagView.parse(completed(tags, row, { service_count: 3 }));

      const { id, name, color, updated_at } = row;
      expect(view).toMatchObject({ id, name, color, updated_at, service_count: 3 });
    },
  );

  it('given a name that JSON has to quote, then the chip on a service says it as it is', () => {
    const renamed = { type: 'TagRenamed', data: { tagId, name: '"\\ \u2028' } } as const;
    const { chip: text } = rowOf(tags, [created], [renamed]);

    const [shown] = ServiceView.shape.tags.parse([JSON.parse(text)]);

    expect(shown).toEqual({ id: tagId, name: '"\\ \u2028', color: '#ff0000' });
  });
});
