import { type DomainEvent } from '../domain/events.js';
import { type Appended, type EventStore } from '../event-store/event-store.js';
import { type EventMetadata } from '../event-store/metadata.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type CommandContext, newId } from './context.js';

/** Appends events of one command; `revision` is the one the stream must be at, -1 for a new stream. */
export type EventWriter = (
  stream: StreamId,
  revision: number | 'any',
  events: readonly DomainEvent[],
) => Promise<Appended>;

/**
 * Events get ids of their own each time. The command's main events alone go by `mainEventWriter`: there, a retry
 * under the same Idempotency-Key sends the same ids, and the store knows them again.
 */
export function eventWriter(
  store: EventStore,
  context: CommandContext,
  command: string,
  allowedBy: string | null,
): EventWriter {
  const once = { ...context, idempotencyKey: undefined };
  return (stream, revision, events) =>
    append(store, once, metadata(context, command, allowedBy), stream, revision, events);
}

export function mainEventWriter(
  store: EventStore,
  context: CommandContext,
  command: string,
  allowedBy: string | null,
): EventWriter {
  return (stream, revision, events) =>
    append(store, context, metadata(context, command, allowedBy), stream, revision, events);
}

function append(
  store: EventStore,
  context: CommandContext,
  meta: EventMetadata,
  stream: StreamId,
  revision: number | 'any',
  events: readonly DomainEvent[],
): Promise<Appended> {
  return store.append(
    stream,
    revision === -1 ? 'no-stream' : revision,
    events.map((event, index) => ({
      id: newId(context, `${stream}:${index}`),
      event,
      metadata: meta,
    })),
  );
}

function metadata(
  context: CommandContext,
  command: string,
  allowedBy: string | null,
): EventMetadata {
  const { actor, commandId, correlationId, causationId, requestId } = context;
  return {
    actor: { kind: actor.kind, id: actor.id },
    command,
    commandId,
    correlationId,
    causationId,
    requestId,
    allowedBy,
  };
}
