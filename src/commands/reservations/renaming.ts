import { sameName, type UniqueName } from '../../domain/names/unique-name.js';
import { type Reservation } from './reservation.js';

/** What has to be reserved for a holder to drop one name and bear another. */
export function renaming(
  holderId: string,
  from: UniqueName | undefined,
  to: UniqueName | undefined,
): Reservation[] {
  if (from !== undefined && to !== undefined && sameName(from, to)) return [];
  const reservations: Reservation[] = [];
  if (to !== undefined) reservations.push({ kind: 'take-name', name: to, holderId });
  if (from !== undefined) reservations.push({ kind: 'release-name', name: from, holderId });
  return reservations;
}
