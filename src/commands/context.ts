import { v5 as uuidV5, v7 as uuidV7 } from 'uuid';
import { type Actor } from '../domain/access/actor.js';

/** Who sends a command, and on what occasion. Ids and time come into the domain from here. */
export interface CommandContext {
  readonly actor: Actor;
  readonly commandId: string;
  readonly idempotencyKey: string | undefined;
  readonly requestId: string | null;
  readonly correlationId: string;
  /** The event a process reacts to. */
  readonly causationId: string | null;
  /** The revision the sender has seen; with another one, the command is refused. */
  readonly ifMatch: number | undefined;
  /** Milliseconds to wait for the read models; 0: answer at once. */
  readonly waitMs: number;
}

export type Occasion = Partial<
  Pick<
    CommandContext,
    'idempotencyKey' | 'requestId' | 'correlationId' | 'causationId' | 'ifMatch' | 'waitMs'
  >
>;

export function commandContext(actor: Actor, occasion: Occasion = {}): CommandContext {
  const { idempotencyKey, requestId = null, causationId = null, ifMatch, waitMs = 0 } = occasion;
  const commandId =
    idempotencyKey === undefined
      ? uuidV7()
      : uuidV5(`${actor.kind}:${actor.id}:${idempotencyKey}`, namespace);
  const correlationId = occasion.correlationId ?? requestId ?? commandId;
  return {
    actor,
    commandId,
    idempotencyKey,
    requestId,
    correlationId,
    causationId,
    ifMatch,
    waitMs,
  };
}

/**
 * An id for something the command makes. Under an Idempotency-Key it is always the same one, in every process and
 * after every crash: so a retry finds what the first try made.
 *
 * @param what Tells several ids of one command apart.
 */
export function newId(context: CommandContext, what: string): string {
  return context.idempotencyKey === undefined ? uuidV7() : derivedId(context.commandId, what);
}

export function derivedId(from: string, what: string): string {
  return uuidV5(what, from);
}

const namespace = '5d7a9f5e-6b0c-4c55-9d6e-0b6f6f8f2c11';
