import { type EventStore } from '../event-store/event-store.js';
import { type EventMetadata } from '../event-store/metadata.js';
import { type Position, start } from '../event-store/position.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type Aggregate } from './aggregate.js';

/** Where a stream is, and what it folds to. */
export interface Loaded<State> {
  readonly state: State;
  /** Of the last event; -1 when there is none. */
  readonly revision: number;
  readonly position: Position;
  /** The last event of the command that was asked for, if it is in the stream. */
  readonly own: { readonly revision: number; readonly position: Position } | undefined;
  readonly lastRecordedAt: string | undefined;
}

/** Where a stream was, and what it folded to; at revision -1 it had not begun. */
export interface Earlier<State> extends Pick<Loaded<State>, 'state' | 'revision'> {
  /** Of the last event until then. */
  readonly recordedAt: string;
}

/** A stream holds an event this build cannot read; deciding without it could break its rules. */
export class UnreadableStream extends Error {
  override readonly name = 'UnreadableStream';
}

/**
 * Reads aggregates from the event store, by folding their streams. What was folded is remembered, and only what came
 * since is read: an aggregate with ten thousand events costs no more than a young one. Whether what is remembered is
 * the newest is for the store to say, each time.
 */
export class StateReader {
  private readonly remembered = new Map<StreamId, Folded<unknown>>();

  constructor(private readonly store: EventStore) {}

  async state<State>(aggregate: Aggregate<State>, stream: StreamId): Promise<State> {
    return (await this.load(aggregate, stream)).state;
  }

  /**
   * @param commandId Finds the events of this command in the stream, to recognise a retry.
   * @throws UnreadableStream
   */
  async load<State>(
    aggregate: Aggregate<State>,
    stream: StreamId,
    commandId?: EventMetadata['commandId'],
  ): Promise<Loaded<State>> {
    const nothing = { aggregate, state: aggregate.initial, revision: -1, position: start };
    const known = commandId === undefined ? this.recall(aggregate, stream) : undefined;
    let folded: Folded<State> = known ?? { ...nothing, lastRecordedAt: undefined };
    let own: Loaded<State>['own'];
    for await (const entry of this.store.readStream(stream, { from: folded.revision + 1 })) {
      if (!entry.readable)
        throw new UnreadableStream(`${stream} at revision ${entry.revision}: ${entry.reason}`);
      const { revision, position, recordedAt: lastRecordedAt } = entry;
      const state = aggregate.evolve(folded.state, entry.event);
      folded = { aggregate, state, revision, position, lastRecordedAt };
      if (entry.metadata.commandId === commandId) own = { revision, position };
    }
    this.remember(stream, folded);
    return { ...folded, own };
  }

  /** What a stream folded to when it came to a revision or a moment, both inclusive. @throws UnreadableStream */
  async earlier<State>(
    aggregate: Aggregate<State>,
    stream: StreamId,
    until: { readonly revision?: number | undefined; readonly recordedAt?: string | undefined },
  ): Promise<Earlier<State>> {
    let earlier: Earlier<State> = { state: aggregate.initial, revision: -1, recordedAt: '' };
    for await (const entry of this.store.readStream(stream)) {
      const { revision, recordedAt } = entry;
      if (until.revision !== undefined && revision > until.revision) break;
      if (until.recordedAt !== undefined && recordedAt > until.recordedAt) break;
      if (!entry.readable)
        throw new UnreadableStream(`${stream} at revision ${revision}: ${entry.reason}`);
      earlier = { state: aggregate.evolve(earlier.state, entry.event), revision, recordedAt };
    }
    return earlier;
  }

  private recall<State>(aggregate: Aggregate<State>, stream: StreamId): Folded<State> | undefined {
    const known = this.remembered.get(stream);
    return known !== undefined && isOf(known, aggregate) ? known : undefined;
  }

  /** The least recently used one goes first. */
  private remember(stream: StreamId, folded: Folded<unknown>): void {
    this.remembered.delete(stream);
    if (folded.revision === -1) return;
    this.remembered.set(stream, folded);
    if (this.remembered.size <= maxRemembered) return;
    for (const oldest of this.remembered.keys()) {
      this.remembered.delete(oldest);
      return;
    }
  }
}

interface Folded<State> extends Omit<Loaded<State>, 'own'> {
  readonly aggregate: Aggregate<State>;
}

const maxRemembered = 10_000;

/** A state belongs to the aggregate that folded it. */
function isOf<State>(
  folded: Folded<unknown>,
  aggregate: Aggregate<State>,
): folded is Folded<State> {
  return folded.aggregate === aggregate;
}
