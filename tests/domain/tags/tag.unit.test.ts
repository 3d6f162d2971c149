import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { type TagEvent } from '../../../src/domain/tags/events.js';
import { tag, type TagCommand } from '../../../src/domain/tags/tag.js';
import { given } from '../support/specification.js';

const tagId = 'urgent';
const created: TagEvent = {
  type: 'TagCreated',
  data: { tagId, creatorId: 'ada', name: 'Urgent', color: '#ff0000' },
};
const deleted: TagEvent = { type: 'TagDeleted', data: { tagId } };

describe('Creating a tag', () => {
  it('tells all about it', () =>
    given(tag)
      .when({ type: 'CreateTag', tagId, creatorId: 'ada', name: 'Urgent', color: '#ff0000' })
      .then([created]));

  it('leads to an active tag', () =>
    expect(fold(tag, [created])).toStrictEqual({
      status: 'active',
      id: tagId,
      creatorId: 'ada',
      name: 'Urgent',
      color: '#ff0000',
    }));
});

describe('Changing a tag', () => {
  it('renames it', () =>
    given(tag, [created])
      .when({ type: 'ChangeTag', name: 'Later' })
      .then([{ type: 'TagRenamed', data: { tagId, name: 'Later' } }]));

  it('renames it when only the case is another', () =>
    given(tag, [created])
      .when({ type: 'ChangeTag', name: 'URGENT' })
      .then([{ type: 'TagRenamed', data: { tagId, name: 'URGENT' } }]));

  it('recolours it', () =>
    given(tag, [created])
      .when({ type: 'ChangeTag', color: '#00ff00' })
      .then([{ type: 'TagRecolored', data: { tagId, color: '#00ff00' } }]));

  it('renames it before it recolours it', () =>
    given(tag, [created])
      .when({ type: 'ChangeTag', color: '#00ff00', name: 'Later' })
      .then([
        { type: 'TagRenamed', data: { tagId, name: 'Later' } },
        { type: 'TagRecolored', data: { tagId, color: '#00ff00' } },
      ]));

  it.each([{}, { name: 'Urgent' }, { color: '#ff0000' }, { name: 'Urgent', color: '#ff0000' }])(
    'says nothing when %j holds already',
    (changes) =>
      given(tag, [created])
        .when({ type: 'ChangeTag', ...changes })
        .thenNothing(),
  );

  it('compares with how the tag is now', () =>
    given(tag, [created, { type: 'TagRenamed', data: { tagId, name: 'Later' } }])
      .when({ type: 'ChangeTag', name: 'Urgent' })
      .then([{ type: 'TagRenamed', data: { tagId, name: 'Urgent' } }]));
});

describe('Deleting a tag', () => {
  it('deletes it', () => given(tag, [created]).when({ type: 'DeleteTag' }).then([deleted]));
});

describe('Forfeiting the name of a tag', () => {
  it('is told of a tag that never came to be', () =>
    given(tag)
      .when({ type: 'ForfeitTagName', tagId })
      .then([{ type: 'TagNameForfeited', data: { tagId } }]));

  it('is told of a tag that bears another name by now, and leaves it as it is', () => {
    const forfeited: TagEvent = { type: 'TagNameForfeited', data: { tagId } };
    given(tag, [created]).when({ type: 'ForfeitTagName', tagId }).then([forfeited]);
    expect(fold(tag, [created, forfeited])).toStrictEqual(fold(tag, [created]));
  });

  it('is told again, so that whoever is late loses again', () =>
    given(tag, [{ type: 'TagNameForfeited', data: { tagId } }])
      .when({ type: 'ForfeitTagName', tagId })
      .then([{ type: 'TagNameForfeited', data: { tagId } }]));

  it('does not make a tag', () =>
    given(tag, [{ type: 'TagNameForfeited', data: { tagId } }])
      .when({ type: 'DeleteTag' })
      .thenRefused('tag-not-found'));
});

const commands: TagCommand[] = [
  { type: 'ChangeTag', name: 'Later' },
  { type: 'ChangeTag' },
  { type: 'DeleteTag' },
];

describe('A tag that never was', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(tag).when(command).thenRefused('tag-not-found'),
  );
});

describe('A deleted tag', () => {
  it.each(commands)('cannot be found: $type', (command) =>
    given(tag, [created, deleted]).when(command).thenRefused('tag-not-found'),
  );

  it('does not come back with a change that arrives late', () =>
    given(tag, [created, deleted, { type: 'TagRenamed', data: { tagId, name: 'Later' } }])
      .when({ type: 'DeleteTag' })
      .thenRefused('tag-not-found'));
});

describe('A tag that was deleted before it was created', () => {
  it('never was', () => expect(fold(tag, [deleted])).toStrictEqual(tag.initial));
});
