import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AllStreamSubscription,
  ANY,
  EventStoreDBClient,
  excludeSystemEvents,
  NO_STREAM,
  START,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { EventCodec } from '../../../src/event-store/codec.js';
import { EventStoreUnavailable, WrongExpectedRevision } from '../../../src/event-store/errors.js';
import {
  type Appended,
  type EventStore,
  type ExpectedRevision,
  type LogBatch,
  type LogEntry,
  type LogRange,
  type NewEvent,
} from '../../../src/event-store/event-store.js';
import { toEventData } from '../../../src/event-store/eventstoredb/entries.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { metadata } from '../../event-store/support/events.js';
import { InMemoryPersonKeys } from '../../event-store/support/in-memory-person-keys.js';

/** What is written after a look at the client's examples. */
export class NaiveEventStoreDb implements EventStore {
  private readonly client: EventStoreDBClient;
  private readonly codec = new EventCodec(new InMemoryPersonKeys());

  constructor(url: string) {
    this.client = EventStoreDBClient.connectionString(url);
  }

  async append(
    stream: StreamId,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<Appended> {
    const stored = (await this.codec.encode(events)).map((event) => toEventData(event));
    try {
      const appending = this.client.appendToStream(stream, stored, {
        expectedRevision: typeof expected === 'number' ? BigInt(expected) : expectations[expected],
      });
      const { nextExpectedRevision } = await Promise.race([appending, tooLate()]);
      return await this.lookUp(stream, nextExpectedRevision);
    } catch (error) {
      if (error instanceof WrongExpectedVersionError)
        throw new WrongExpectedRevision(stream, expected, Number(error.actualVersion));
      throw new EventStoreUnavailable('It did not work', { cause: error });
    }
  }

  readStream(): AsyncIterable<LogEntry> {
    throw new Error('Nobody reads its streams');
  }

  readAll(): AsyncIterable<LogBatch> {
    throw new Error('Everybody follows it');
  }

  async *subscribe(range: LogRange, signal: AbortSignal): AsyncIterable<LogBatch> {
    const arrived: LogBatch[] = [];
    const subscription = this.subscribeAfter(range.after, arrived);
    while (!signal.aborted) {
      yield* arrived.splice(0);
      await sleep(5);
    }
    await subscription.unsubscribe().catch(() => undefined);
  }

  identity(): Promise<string | undefined> {
    return Promise.resolve('naive');
  }

  async close(): Promise<void> {
    // It waits for answers that may never come.
    await Promise.race([this.client.dispose().catch(() => undefined), sleep(500)]);
  }

  /** Whatever comes; that nothing comes any more is not noticed. */
  private subscribeAfter(after = 0n, arrived: LogBatch[]): AllStreamSubscription {
    return this.client
      .subscribeToAll({
        fromPosition: after === 0n ? START : { commit: after, prepare: after },
        filter: excludeSystemEvents(),
      })
      .on('data', ({ event }) => {
        if (event === undefined) return;
        const { id, streamId: stream, revision, position } = event;
        const upTo = position.commit;
        const entry: LogEntry = {
          readable: true,
          position: upTo,
          stream,
          revision: Number(revision),
          id,
          recordedAt: '',
          event: { type: 'TagDeleted', data: { tagId: id } },
          metadata: metadata(),
        };
        arrived.push({ entries: [entry], upTo, atEnd: true });
      })
      .on('error', () => undefined);
  }

  private async lookUp(stream: StreamId, revision: bigint): Promise<Appended> {
    const reading = this.client.readStream(stream, { fromRevision: revision, maxCount: 1 });
    for await (const { event } of reading)
      if (event?.position !== undefined)
        return { revision: Number(revision), position: event.position.commit };
    throw new Error('It is not there');
  }
}

const expectations = { 'no-stream': NO_STREAM, 'stream-exists': STREAM_EXISTS, any: ANY } as const;

async function tooLate(): Promise<never> {
  await sleep(1_000);
  throw new Error('Nothing came');
}
