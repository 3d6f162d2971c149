import { type Decider } from '../decider.js';
import { alreadyExists, notFound } from '../domain-error.js';
import { type TagEvent } from './events.js';

export type TagState =
  { readonly status: 'unborn' | 'deleted' } | ({ readonly status: 'active' } & Tag);

export interface Tag {
  readonly id: string;
  readonly creatorId: string;
  readonly name: string;
  readonly color: string;
}

export type TagCommand =
  | {
      readonly type: 'CreateTag';
      readonly tagId: string;
      readonly creatorId: string;
      readonly name: string;
      readonly color: string;
    }
  | {
      readonly type: 'ChangeTag';
      readonly name?: string | undefined;
      readonly color?: string | undefined;
    }
  | { readonly type: 'DeleteTag' }
  | { readonly type: 'ForfeitTagName'; readonly tagId: string };

export const tag: Decider<TagState, TagCommand, TagEvent> = {
  initial: { status: 'unborn' },

  evolve(state, event) {
    switch (event.type) {
      case 'TagCreated': {
        const { tagId, creatorId, name, color } = event.data;
        return { status: 'active', id: tagId, creatorId, name, color };
      }
      case 'TagRenamed':
        return state.status === 'active' ? { ...state, name: event.data.name } : state;
      case 'TagRecolored':
        return state.status === 'active' ? { ...state, color: event.data.color } : state;
      case 'TagDeleted':
        return state.status === 'active' ? { status: 'deleted' } : state;
      case 'TagNameForfeited':
        return state;
    }
  },

  decide(command, state) {
    switch (command.type) {
      case 'CreateTag': {
        if (state.status !== 'unborn') throw alreadyExists();
        const { tagId, creatorId, name, color } = command;
        return [{ type: 'TagCreated', data: { tagId, creatorId, name, color } }];
      }
      case 'ForfeitTagName':
        return [{ type: 'TagNameForfeited', data: { tagId: command.tagId } }];
      case 'ChangeTag':
        return changes(existing(state), command);
      case 'DeleteTag':
        return [{ type: 'TagDeleted', data: { tagId: existing(state).id } }];
    }
  },
};

/** @throws DomainError `tag-not-found` for a tag that never was, or is no more. */
export function existing(state: TagState): Tag {
  if (state.status !== 'active') throw notFound.tag();
  return state;
}

function changes(
  current: Tag,
  wanted: { name?: string | undefined; color?: string | undefined },
): TagEvent[] {
  const events: TagEvent[] = [];
  if (wanted.name !== undefined && wanted.name !== current.name)
    events.push({ type: 'TagRenamed', data: { tagId: current.id, name: wanted.name } });
  if (wanted.color !== undefined && wanted.color !== current.color)
    events.push({ type: 'TagRecolored', data: { tagId: current.id, color: wanted.color } });
  return events;
}
