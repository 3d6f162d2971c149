import { type TagEvent } from '../../domain/tags/events.js';
import { type Tag, type TagState } from '../../domain/tags/tag.js';
import { phrase, type Phrase, plainly, type Sentences, telling } from './telling.js';

export const tagSentences: Sentences<TagEvent['type'], TagState> = {
  TagCreated: ({ name, color }) =>
    telling(phrase`created tag ${{ name }}`, [
      { field: 'name', old: null, new: name },
      { field: 'color', old: null, new: color },
    ]),
  TagRenamed: ({ name }, before) =>
    telling(phrase`renamed ${the(before)} to ${{ name }}`, [
      { field: 'name', old: known(before)?.name ?? null, new: name },
    ]),
  TagRecolored: ({ color }, before) => {
    const old = known(before)?.color ?? null;
    return telling(phrase`changed the color of ${the(before)} from ${old ?? 'none'} to ${color}`, [
      { field: 'color', old, new: color },
    ]);
  },
  TagDeleted: (_, before) =>
    telling(phrase`deleted ${the(before)}`, [{ field: 'deleted', old: false, new: true }]),
  TagNameForfeited: (_, before) =>
    plainly(phrase`gave away a name that ${the(before)} had asked for and not come to bear`),
};

function known(state: TagState): Tag | undefined {
  return state.status === 'active' ? state : undefined;
}

function the(state: TagState): Phrase {
  const tag = known(state);
  return tag === undefined ? ['a tag'] : phrase`tag ${{ name: tag.name }}`;
}
