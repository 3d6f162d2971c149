import { isExpectedVersionConflictError } from '@event-driven-io/emmett';
import {
  type EmmettConsumerOptions,
  type EmmettEvent,
  type EmmettProcessor,
  type EmmettStore,
  getPostgreSQLEventStore,
} from '@event-driven-io/emmett-postgresql';
import { type NewEvent } from '../../../src/event-store/event-store.js';
import { Service } from '../events.js';
import { measureAppends } from '../load.js';
import { type Replayed } from '../protocol.js';
import { measureReplay } from '../replay.js';
import { Conflict, type Peer, type PeerLog } from './peer.js';

const common: Omit<Peer, 'replay'> = {
  prepare: (url) => withStore(url, (store) => store.schema.migrate()),
  append: (url, appends) => measureAppends(() => Promise.resolve(openLog(url)), appends),
  fill: (url, events) => withStore(url, (store) => fill(store, events)),
};

/** Reading in batches of 1,000 without a pause. The consumer notes down how far it is after each event. */
export const emmett: Peer = {
  ...common,
  replay: (url) => replayByReactor(url, { pulling: fast }),
};

/** Reading as it comes: batches of 100, and 50 ms between them. */
export const emmettByDefault: Peer = {
  ...common,
  replay: (url) => replayByReactor(url, {}),
};

/** Reading as fast as it can be told to, and never noting down how far it is. */
export const emmettWithoutCheckpoints: Peer = {
  ...common,
  replay: (url) =>
    withStore(url, (store) =>
      measureReplay(async (read) => {
        const processors = [forgetful(read)];
        await store.consumer({ pulling: fast, stopWhen, processors }).start();
      }),
    ),
};

const fast = { batchSize: 1_000, pullingFrequencyInMs: 0 };
const stopWhen = { noMessagesLeft: true };

function replayByReactor(url: string, options: EmmettConsumerOptions): Promise<Replayed> {
  return withStore(url, (store) =>
    measureReplay(async (read) => {
      const consumer = store.consumer({ ...options, stopWhen });
      consumer.reactor({
        // A new name each time: it would go on where it was, otherwise.
        processorId: `replay-${performance.now()}`,
        startFrom: 'BEGINNING',
        eachMessage: () => {
          read(1);
          return Promise.resolve();
        },
      });
      await consumer.start();
    }),
  );
}

function forgetful(read: (events: number) => void): EmmettProcessor {
  return {
    id: 'forgetful',
    instanceId: 'forgetful',
    type: 'reactor',
    isActive: true,
    init: () => Promise.resolve(),
    start: () => Promise.resolve('BEGINNING'),
    close: () => Promise.resolve(),
    handle: (events) => {
      read(events.length);
      return Promise.resolve();
    },
  };
}

/** Its pool has 10 connections, as those of the others. */
function openLog(url: string): PeerLog {
  const store = getPostgreSQLEventStore(url);
  return {
    async append(stream, expected, events) {
      try {
        await store.appendToStream(stream, events.map(toEmmett), {
          expectedStreamVersion: BigInt(expected + 1),
        });
      } catch (error) {
        if (!isExpectedVersionConflictError(error)) throw error;
        // It does not tell where the stream is. What came since is read; perhaps nothing has been committed yet.
        const { currentStreamVersion } = await store.readStream(stream, {
          from: BigInt(expected + 2),
        });
        throw new Conflict(Math.max(expected, Number(currentStreamVersion) - 1));
      }
    },
    close: () => store.close(),
  };
}

function toEmmett({ id, event, metadata }: NewEvent): EmmettEvent {
  return { type: event.type, data: event.data, metadata: { ...metadata, messageId: id } };
}

async function fill(store: EmmettStore, events: number): Promise<void> {
  for (let filled = 0; filled < events; filled += fillBatch) {
    const service = new Service();
    await store.appendToStream(service.stream, service.next(fillBatch).map(toEmmett), {
      expectedStreamVersion: 0n,
    });
  }
}

const fillBatch = 500;

async function withStore<T>(url: string, work: (store: EmmettStore) => Promise<T>): Promise<T> {
  const store = getPostgreSQLEventStore(url);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
