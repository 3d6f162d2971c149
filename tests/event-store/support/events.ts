import { randomUUID } from 'node:crypto';
import { type DomainEvent } from '../../../src/domain/events.js';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { type EventMetadata } from '../../../src/event-store/metadata.js';
import { type StreamId, tagStream } from '../../../src/event-store/stream-id.js';

/** A stream nobody else writes to. */
export function newStream(): StreamId {
  return tagStream(randomUUID());
}

export function metadata(changes: Partial<EventMetadata> = {}): EventMetadata {
  const commandId = randomUUID();
  return {
    actor: { kind: 'user', id: randomUUID() },
    command: 'ChangeTag',
    commandId,
    correlationId: commandId,
    causationId: null,
    requestId: null,
    allowedBy: 'tag:update:any',
    ...changes,
  };
}

export function newEvent(event: DomainEvent, id: string = randomUUID()): NewEvent {
  return { id, event, metadata: metadata() };
}

export function renamed(name = 'urgent'): NewEvent {
  return newEvent({ type: 'TagRenamed', data: { tagId: randomUUID(), name } });
}

export function recolored(color = '#ff0000'): NewEvent {
  return newEvent({ type: 'TagRecolored', data: { tagId: randomUUID(), color } });
}

export function deleted(): NewEvent {
  return newEvent({ type: 'TagDeleted', data: { tagId: randomUUID() } });
}

/** So many events, each with a name of its own. */
export function renames(count: number): NewEvent[] {
  return Array.from({ length: count }, (_, index) => renamed(`name ${index}`));
}

/** An event whose data takes at least so many bytes as JSON. */
export function ofBytes(bytes: number): NewEvent {
  const answers = Array.from({ length: Math.ceil(bytes / 500) }, () => 'x'.repeat(497));
  return newEvent({
    type: 'ServiceExpectationChanged',
    data: {
      serviceId: randomUUID(),
      expectation: { type: 'dns', recordType: 'TXT', answers, resolver: null },
    },
  });
}

export function ids(events: readonly { readonly id: string }[]): string[] {
  return events.map(({ id }) => id);
}
