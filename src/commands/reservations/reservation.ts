import { type UniqueName } from '../../domain/names/unique-name.js';

/**
 * Something that must hold across aggregates, kept in a small stream of its own. `take-name` and
 * `discharge-superuser` come before the command's own events and may be refused; the others come after them.
 */
export type Reservation =
  | { readonly kind: 'take-name'; readonly name: UniqueName; readonly holderId: string }
  | { readonly kind: 'release-name'; readonly name: UniqueName; readonly holderId: string }
  | { readonly kind: 'discharge-superuser'; readonly userId: string }
  | { readonly kind: 'enlist-superuser'; readonly userId: string };

export function comesFirst({ kind }: Reservation): boolean {
  return kind === 'take-name' || kind === 'discharge-superuser';
}
