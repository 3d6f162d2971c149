import { z } from 'zod';
import { tagName } from '../../domain/names/unique-name.js';
import { existing, tag, type TagState } from '../../domain/tags/tag.js';
import { tagStream } from '../../event-store/stream-id.js';
import { tags } from '../aggregates.js';
import { type Command, noFacts } from '../command.js';
import { uuid } from '../fields.js';
import { renaming } from '../reservations/renaming.js';
import { defaultColor, tagFields } from './fields.js';
import { ChangeTagPolicy, CreateTagPolicy, DeleteTagPolicy } from './policies.js';

const Create = z.strictObject({
  tagId: uuid,
  creatorId: uuid,
  name: tagFields.name,
  color: tagFields.color.default(defaultColor),
});
const Change = z.strictObject(tagFields).partial().extend({ tagId: uuid });
const OneTag = z.strictObject({ tagId: uuid });

const onTag = {
  aggregate: tags,
  stream: ({ tagId }: { tagId: string }) => tagStream(tagId),
  facts: noFacts,
} as const;

export const createTag: Command<z.infer<typeof Create>, TagState, undefined> = {
  ...onTag,
  name: 'CreateTag',
  input: Create,
  policy: CreateTagPolicy,
  decide: (input, state) => tag.decide({ type: 'CreateTag', ...input }, state),
  reservations: (_, events) =>
    events.flatMap((event) =>
      event.type === 'TagCreated'
        ? renaming(event.data.tagId, undefined, tagName(event.data.name))
        : [],
    ),
};

export const changeTag: Command<z.infer<typeof Change>, TagState, undefined> = {
  ...onTag,
  name: 'ChangeTag',
  input: Change,
  policy: ChangeTagPolicy,
  mustExist: existing,
  decide: ({ name, color }, state) => tag.decide({ type: 'ChangeTag', name, color }, state),
  reservations(state, events) {
    const { id, name } = existing(state);
    return events.flatMap((event) =>
      event.type === 'TagRenamed' ? renaming(id, tagName(name), tagName(event.data.name)) : [],
    );
  },
};

export const deleteTag: Command<z.infer<typeof OneTag>, TagState, undefined> = {
  ...onTag,
  name: 'DeleteTag',
  input: OneTag,
  policy: DeleteTagPolicy,
  mustExist: existing,
  decide: (_, state) => tag.decide({ type: 'DeleteTag' }, state),
  reservations(state) {
    const { id, name } = existing(state);
    return renaming(id, tagName(name), undefined);
  },
};
