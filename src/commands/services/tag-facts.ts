import { DomainError } from '../../domain/domain-error.js';
import { type TagState } from '../../domain/tags/tag.js';
import { tagStream } from '../../event-store/stream-id.js';
import { tags } from '../aggregates.js';
import { type StateReader } from '../state-reader.js';

/** The tags a command speaks of, by id, in the order they were named. */
export interface TagFacts {
  readonly tags: ReadonlyMap<string, TagState>;
}

export async function tagFacts(
  tagIds: readonly string[] | undefined,
  read: StateReader,
): Promise<TagFacts> {
  const unique = [...new Set(tagIds)];
  const states = await Promise.all(unique.map((id) => read.state(tags, tagStream(id))));
  return { tags: new Map(states.map((state, index) => [unique[index] ?? '', state])) };
}

/** @throws DomainError `invalid-fields` naming each tag that does not exist, by its place in the list. */
export function requireTags(
  tagIds: readonly string[] | undefined,
  { tags: found }: TagFacts,
): void {
  const problems = (tagIds ?? []).flatMap((id, index) =>
    isThere(found.get(id)) ? [] : [{ path: `tags.${index}`, message: 'Tag not found' }],
  );
  if (problems.length > 0) throw new DomainError('invalid-fields', 'Tag not found', problems);
}

/** Tags that were deleted stay in the service's stream, and are on it no more. */
export function goneFrom({ tags: found }: TagFacts): string[] {
  return [...found].flatMap(([id, state]) => (isThere(state) ? [] : [id]));
}

function isThere(state: TagState | undefined): boolean {
  return state?.status === 'active';
}
