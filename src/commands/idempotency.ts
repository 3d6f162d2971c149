import { createHmac } from 'node:crypto';
import { type CommandKeyEvent } from '../domain/idempotency/events.js';
import { WrongExpectedRevision } from '../event-store/errors.js';
import { type EventStore } from '../event-store/event-store.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type CommandContext } from './context.js';
import { IdempotencyKeyReused } from './errors.js';
import { type EventWriter } from './event-writer.js';

/** What is remembered of a command that was sent with a key. */
export type KeyedCommand = CommandKeyEvent['data'];

/** Remembers which command an Idempotency-Key stood for, in a stream called after actor and key. */
export class IdempotencyKeys {
  constructor(private readonly store: EventStore) {}

  /** @throws IdempotencyKeyReused when the key stood for something else. */
  async find(context: CommandContext, fingerprint: string): Promise<KeyedCommand | undefined> {
    for await (const entry of this.store.readStream(keyStream(context))) {
      if (!entry.readable || entry.event.type !== 'CommandKeyed') continue;
      const keyed = entry.event.data;
      if (keyed.fingerprint !== fingerprint) throw new IdempotencyKeyReused();
      return keyed;
    }
    return undefined;
  }

  /** Comes before the command's own events. Twins that arrive at the same time agree, or one of them is refused. */
  async remember(context: CommandContext, keyed: KeyedCommand, write: EventWriter): Promise<void> {
    try {
      await write(keyStream(context), -1, [{ type: 'CommandKeyed', data: keyed }]);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      await this.find(context, keyed.fingerprint);
    }
  }
}

function keyStream({ commandId }: CommandContext): StreamId {
  return `command-${commandId}`;
}

/** Keyed with the Idempotency-Key itself, so that the log does not give away what was sent. */
export function fingerprintOf(key: string, command: string, input: unknown): string {
  return createHmac('sha256', key)
    .update(`${command}\n${canonical(input)}`)
    .digest('hex');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
