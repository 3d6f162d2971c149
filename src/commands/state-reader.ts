import { type EventStore } from '../event-store/event-store.js';
import { type EventMetadata } from '../event-store/metadata.js';
import { type Position, start } from '../event-store/position.js';
import { type StreamId } from '../event-store/stream-id.js';
import { type Aggregate } from './command.js';

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

/** A stream holds an event this build cannot read; deciding without it could break its rules. */
export class UnreadableStream extends Error {
  override readonly name = 'UnreadableStream';
}

/** Reads aggregates from the event store, by folding their streams. */
export class StateReader {
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
    let state = aggregate.initial;
    let revision = -1;
    let position = start;
    let own: Loaded<State>['own'];
    let lastRecordedAt: string | undefined;
    for await (const entry of this.store.readStream(stream)) {
      if (!entry.readable)
        throw new UnreadableStream(`${stream} at revision ${entry.revision}: ${entry.reason}`);
      state = aggregate.evolve(state, entry.event);
      ({ revision, position } = entry);
      lastRecordedAt = entry.recordedAt;
      if (entry.metadata.commandId === commandId) own = { revision, position };
    }
    return { state, revision, position, own, lastRecordedAt };
  }
}
