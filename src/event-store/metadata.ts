import { z } from 'zod';

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
