import { DomainError, notFound } from '../domain-error.js';
import { type ServiceEvent } from './events.js';
import { configurationEvents } from './service-changes.js';
import { type Service, type ServiceState } from './service-state.js';

/** Brings back a deleted service; or, with `earlier`, a service as it was. */
export interface Restoration {
  readonly earlier?: Earlier | undefined;
}

/** What a service was, and what has become of that since. */
export interface Earlier {
  readonly service: Service;
  /** Tags that it had then and that are no more: their names then, by id. */
  readonly goneTags: ReadonlyMap<string, string>;
  readonly ownerIsGone: boolean;
  /** What whoever restores it goes without. */
  readonly accepted: Accepted;
}

export interface Accepted {
  readonly withoutTags: ReadonlySet<string>;
  /** Whoever owns it today keeps it. */
  readonly keepOwner: boolean;
}

/** Something that cannot be as it was. */
export type RestoreConflict =
  | { readonly conflict: 'tag-gone'; readonly tagId: string; readonly name: string }
  | { readonly conflict: 'owner-gone'; readonly userId: string };

/** It cannot be as it was in every respect, and nobody has said yet that it shall come back all the same. */
export class RestoreConflicts extends DomainError {
  constructor(readonly conflicts: readonly RestoreConflict[]) {
    super('restore-conflicts', 'It cannot be quite as it was: say what you accept');
  }
}

/**
 * The events that compensate for what happened since; none of those that happened is undone.
 *
 * @throws DomainError `service-not-found` for a service that never was; RestoreConflicts; and what any change throws:
 *   what was fine under earlier rules must fit today's to come back.
 */
export function restoration(state: ServiceState, { earlier }: Restoration): ServiceEvent[] {
  if (state.status === 'unborn') throw notFound.service();
  const undeleted: ServiceEvent[] =
    state.status === 'deleted' ? [{ type: 'ServiceRestored', data: { serviceId: state.id } }] : [];
  return earlier === undefined ? undeleted : [...undeleted, ...compensation(state, earlier)];
}

function compensation(current: Service, earlier: Earlier): ServiceEvent[] {
  const { service: then, goneTags, accepted } = earlier;
  const conflicts = conflictsOf(current, earlier);
  if (conflicts.length > 0) throw new RestoreConflicts(conflicts);
  const { name, target, schedule, thresholds, expectation } = then;
  const { type: serviceType, url } = target;
  const tagIds = then.tagIds.filter((id) => !goneTags.has(id) && !accepted.withoutTags.has(id));
  return [
    ...configurationEvents(current, {
      ...{ name, serviceType, url, schedule, thresholds, expectation, tagIds },
    }),
    ...pauseEvents(current, then),
    ...ownerEvents(current, earlier),
  ];
}

function conflictsOf(current: Service, earlier: Earlier): RestoreConflict[] {
  const { service: then, goneTags, ownerIsGone, accepted } = earlier;
  const conflicts: RestoreConflict[] = [];
  for (const [tagId, name] of goneTags)
    if (!accepted.withoutTags.has(tagId)) conflicts.push({ conflict: 'tag-gone', tagId, name });
  if (ownerIsGone && then.ownerId !== current.ownerId && !accepted.keepOwner)
    conflicts.push({ conflict: 'owner-gone', userId: then.ownerId });
  return conflicts;
}

function pauseEvents(current: Service, then: Service): ServiceEvent[] {
  if (then.paused === current.paused) return [];
  const type = then.paused ? 'ServicePaused' : 'ServiceResumed';
  return [{ type, data: { serviceId: current.id } }];
}

function ownerEvents(current: Service, { service: then, accepted }: Earlier): ServiceEvent[] {
  if (then.ownerId === current.ownerId || accepted.keepOwner) return [];
  const data = { serviceId: current.id, ownerId: then.ownerId };
  return [{ type: 'ServiceTransferred', data }];
}
