import { z } from 'zod';
import { isUuid } from './uuid.js';

/** What stands beside every event: who, through which command, why it was allowed, and what it belongs to. */
export const EventMetadata = z.strictObject({
  actor: z.strictObject({
    kind: z.enum(['user', 'process', 'anonymous']),
    id: z.string().max(64),
  }),
  command: z.string().max(64),
  /** Equal for all events of one command, and for a command and its retries under one Idempotency-Key. */
  commandId: z.uuid(),
  /** Equal for everything one request set off, also what processes did about it later. */
  correlationId: z.string().max(128),
  /** The event a process reacted to. */
  causationId: z.uuid().nullable(),
  requestId: z.string().max(128).nullable(),
  /** What the policy's verdict rests on, such as a permission; null where it said no. */
  allowedBy: z.string().max(128).nullable(),
});

export type EventMetadata = Readonly<z.infer<typeof EventMetadata>>;

/**
 * As `EventMetadata.parse`, for a fraction of its cost where the metadata is as it nearly always is: logs are read by
 * the million, and each event has some.
 *
 * @throws ZodError naming each field that does not fit.
 */
export function checkedMetadata(metadata: unknown): EventMetadata {
  return isAsUsual(metadata) ? metadata : EventMetadata.parse(metadata);
}

/** Never true of what the schema refuses; of some of what it takes, it is not true either. */
function isAsUsual(metadata: unknown): metadata is EventMetadata {
  return (
    typeof metadata === 'object' &&
    metadata !== null &&
    hasOnly(7, metadata) &&
    'actor' in metadata &&
    isActor(metadata.actor) &&
    'command' in metadata &&
    isText(metadata.command, 64) &&
    'commandId' in metadata &&
    isUuidText(metadata.commandId) &&
    'correlationId' in metadata &&
    isText(metadata.correlationId, 128) &&
    'causationId' in metadata &&
    isUuidOrNull(metadata.causationId) &&
    'requestId' in metadata &&
    isTextOrNull(metadata.requestId, 128) &&
    'allowedBy' in metadata &&
    isTextOrNull(metadata.allowedBy, 128)
  );
}

function isActor(actor: unknown): boolean {
  return (
    typeof actor === 'object' &&
    actor !== null &&
    'kind' in actor &&
    (actor.kind === 'user' || actor.kind === 'process' || actor.kind === 'anonymous') &&
    'id' in actor &&
    isText(actor.id, 64) &&
    hasOnly(2, actor)
  );
}

function isText(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length <= max;
}

function isTextOrNull(value: unknown, max: number): boolean {
  return value === null || isText(value, max);
}

function isUuidOrNull(value: unknown): boolean {
  return value === null || isUuidText(value);
}

function isUuidText(value: unknown): boolean {
  return typeof value === 'string' && isUuid(value);
}

/** That there are no others follows from their number, once all that must be there are. */
function hasOnly(fields: number, value: object): boolean {
  let found = 0;
  for (const _ in value) found += 1;
  return found === fields && !('toJSON' in value);
}
