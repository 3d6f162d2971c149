import { type z } from 'zod';
import { type DomainEvent, type EventType } from '../../domain/events.js';
import { type EventDefinition, type EventDefinitions } from './define.js';
import { healthEvents } from './health-events.js';
import { projectionEvents } from './projection-events.js';
import { serviceEvents } from './service-events.js';
import { supportingEvents } from './supporting-events.js';
import { tagEvents } from './tag-events.js';
import { userEvents } from './user-events.js';
import { webhookEvents } from './webhook-events.js';

/** Every type of event there is, with its schema, version, upcasters and personal fields. */
export const catalogue: EventDefinitions<DomainEvent> = {
  ...serviceEvents,
  ...healthEvents,
  ...tagEvents,
  ...userEvents,
  ...supportingEvents,
  ...projectionEvents,
  ...webhookEvents,
};

export const eventTypes = Object.keys(catalogue).filter(isEventType);

export function isEventType(type: string): type is EventType {
  return Object.hasOwn(catalogue, type);
}

/** What is known of a type when it does not matter which one it is. */
export interface Definition extends Pick<EventDefinition<object>, 'version' | 'upcasters'> {
  readonly type: EventType;
  readonly data: z.ZodType<object>;
  readonly personal?: { readonly of: string; readonly fields: readonly string[] };
}

/** Logs are read by the million: one look is enough for all that is known of a type. */
const definitions: ReadonlyMap<string, Definition> = new Map(
  eventTypes.map((type) => [type, { ...catalogue[type], type }]),
);

/** @returns `undefined` for a type this build does not know. */
export function findDefinition(type: string): Definition | undefined {
  return definitions.get(type);
}

/**
 * Checks an event's data against the schema of its type, at its newest version.
 *
 * @throws ZodError naming each field that does not fit.
 */
export function checked({ type, data: schema }: Definition, data: unknown): DomainEvent {
  const event = { type, data: schema.parse(data) };
  if (!isChecked(event)) throw new Error(`Unreachable: ${type} was checked`);
  return event;
}

/** The schema of the type has just vouched for the data; TypeScript cannot follow that through the union. */
function isChecked(event: { type: EventType; data: unknown }): event is DomainEvent {
  return typeof event.data === 'object' && event.data !== null;
}
