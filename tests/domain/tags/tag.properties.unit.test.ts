import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fold } from '../../../src/domain/decider.js';
import { type TagEvent } from '../../../src/domain/tags/events.js';
import { tag, type TagCommand } from '../../../src/domain/tags/tag.js';
import { attempt, stateAfter } from '../support/attempts.js';

const tagId = 'urgent';
const names = fc.constantFrom('Urgent', 'urgent', 'Later', '');
const colors = fc.constantFrom('#ff0000', '#00ff00', '#0000ff');

const created: fc.Arbitrary<TagEvent> = fc.tuple(names, colors).map(([name, color]) => ({
  type: 'TagCreated',
  data: { tagId, creatorId: 'ada', name, color },
}));

const laterEvent: fc.Arbitrary<TagEvent> = fc.oneof(
  names.map((name): TagEvent => ({ type: 'TagRenamed', data: { tagId, name } })),
  colors.map((color): TagEvent => ({ type: 'TagRecolored', data: { tagId, color } })),
  fc.constant<TagEvent>({ type: 'TagDeleted', data: { tagId } }),
  fc.constant<TagEvent>({ type: 'TagNameForfeited', data: { tagId } }),
);

const change: fc.Arbitrary<TagCommand> = fc
  .record({ name: names, color: colors }, { requiredKeys: [] })
  .map((changes) => ({ ...changes, type: 'ChangeTag' }));

const commands: fc.Arbitrary<TagCommand[]> = fc.array(
  fc.oneof(
    { arbitrary: change, weight: 5 },
    { arbitrary: fc.constant<TagCommand>({ type: 'DeleteTag' }), weight: 1 },
  ),
);

describe('A tag', () => {
  it('is as was wanted after a change, and has nothing left to change', () =>
    fc.assert(
      fc.property(created, names, colors, (first, name, color) => {
        const command: TagCommand = { type: 'ChangeTag', name, color };
        const after = stateAfter(tag, [command], fold(tag, [first]));
        expect(after).toMatchObject({ id: tagId, creatorId: 'ada', name, color });
        expect(attempt(tag, command, after)).toEqual([]);
      }),
    ));

  it('stays deleted, whatever is asked of it', () =>
    fc.assert(
      fc.property(created, commands, (first, later) => {
        const deleted = stateAfter(tag, [{ type: 'DeleteTag' }], fold(tag, [first]));
        expect(stateAfter(tag, later, deleted)).toEqual({ status: 'deleted' });
      }),
    ));

  it('takes events in any order', () =>
    fc.assert(
      fc.property(fc.array(fc.oneof(created, laterEvent)), (events) =>
        expect(() => fold(tag, events)).not.toThrow(),
      ),
    ));

  it('cannot be found whatever comes before its first event', () =>
    fc.assert(
      fc.property(fc.array(laterEvent), change, (events, command) => {
        const state = fold(tag, events);
        expect(state.status).not.toBe('active');
        expect(attempt(tag, command, state)).toEqual([]);
      }),
    ));
});
