import { type StoredEntry } from '../codec.js';
import { type Appended } from '../event-store.js';

/**
 * Whether events stand in a stream already: all of them, one after the other and in their order, which is a repeated
 * append and gets the same answer; in part, which is a conflict; or nowhere.
 *
 * @param tail The end of the stream, the newest first.
 */
export function recognise(
  events: readonly { readonly id: string }[],
  tail: readonly Pick<StoredEntry, 'id' | 'revision' | 'position'>[],
): Appended | 'in part' | 'nowhere' {
  const ids = new Set(events.map(({ id }) => id));
  const from = tail.findIndex(({ id }) => ids.has(id));
  const last = tail[from];
  if (last === undefined) return 'nowhere';
  const there = tail.slice(from, from + events.length).reverse();
  const isAll =
    there.length === events.length && there.every(({ id }, index) => id === events[index]?.id);
  return isAll ? { revision: last.revision, position: last.position } : 'in part';
}
