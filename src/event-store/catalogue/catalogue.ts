import { type DomainEvent, type EventType } from '../../domain/events.js';
import { type EventDefinition, type EventDefinitions } from './define.js';
import { serviceEvents } from './service-events.js';
import { supportingEvents } from './supporting-events.js';
import { tagEvents } from './tag-events.js';
import { userEvents } from './user-events.js';

/** Every type of event there is, with its schema, version, upcasters and personal fields. */
export const catalogue: EventDefinitions<DomainEvent> = {
  ...serviceEvents,
  ...tagEvents,
  ...userEvents,
  ...supportingEvents,
};

export const eventTypes = Object.keys(catalogue).filter(isEventType);

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type);
}

/** What is known of a type when it does not matter which one it is. */
export type Definition = Pick<EventDefinition<object>, 'version' | 'upcasters'> & {
  readonly personal?: { readonly of: string; readonly fields: readonly string[] };
};

export function definitionOf(type: EventType): Definition {
  return catalogue[type];
}

/**
 * Checks an event's data against the schema of its type, at its newest version.
 *
 * @throws ZodError naming each field that does not fit.
 */
export function checked(type: EventType, data: unknown): DomainEvent {
  const parsed: unknown = catalogue[type].data.parse(data);
  const event = { type, data: parsed };
  if (!isChecked(event)) throw new Error(`Unreachable: ${type} was checked`);
  return event;
}

/** The schema of the type has just vouched for the data; TypeScript cannot follow that through the union. */
function isChecked(event: { type: EventType; data: unknown }): event is DomainEvent {
  return typeof event.data === 'object' && event.data !== null;
}
