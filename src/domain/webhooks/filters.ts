import { type NotifiedEvent } from './notified-event.js';

/** What a webhook wants to hear. An event must pass all three. */
export interface WebhookFilters {
  readonly events: readonly NotifiedEvent[];
  /** The service has any of these tags; none here: whatever its tags. */
  readonly tagIds: readonly string[];
  /** The service is one of these; none here: whichever service. */
  readonly serviceIds: readonly string[];
}

/** What an event is about, as far as filters look at it. */
export interface Occurrence {
  readonly event: NotifiedEvent;
  readonly serviceId: string;
  readonly tagIds: readonly string[];
}

export function isWanted(
  { events, tagIds, serviceIds }: WebhookFilters,
  occurrence: Occurrence,
): boolean {
  return (
    events.includes(occurrence.event) &&
    (serviceIds.length === 0 || serviceIds.includes(occurrence.serviceId)) &&
    (tagIds.length === 0 || tagIds.some((id) => occurrence.tagIds.includes(id)))
  );
}

/** The order in which somebody named them does not matter. */
export function areSame(one: WebhookFilters, other: WebhookFilters): boolean {
  return (
    hasSame(one.events, other.events) &&
    hasSame(one.tagIds, other.tagIds) &&
    hasSame(one.serviceIds, other.serviceIds)
  );
}

function hasSame(one: readonly string[], other: readonly string[]): boolean {
  return [...one].sort().join() === [...other].sort().join();
}
