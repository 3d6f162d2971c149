import { EventStoreDBClient } from '@eventstore/db-client';
import { EventCodec } from '../../../src/event-store/codec.js';
import { EventStoreDbEventStore } from '../../../src/event-store/eventstoredb/eventstoredb-event-store.js';
import { parseEventStoreAddress } from '../../../src/platform/event-store-address.js';
import { InMemoryPersonKeys } from './in-memory-person-keys.js';

/** A log on a server, and stores on it as separate processes have them. */
export class EventStoreDbLog {
  readonly #stores: EventStoreDbEventStore[] = [];
  readonly #codec = new EventCodec(new InMemoryPersonKeys());

  constructor(readonly url: string) {}

  open(): EventStoreDbEventStore {
    const store = new EventStoreDbEventStore(parseEventStoreAddress(this.url), this.#codec);
    this.#stores.push(store);
    return store;
  }

  async close(): Promise<void> {
    for (const store of this.#stores.toReversed()) await store.close();
  }
}

/** The client as it is, for what somebody else does to the same log. */
export async function withClient<T>(
  url: string,
  use: (client: EventStoreDBClient) => Promise<T>,
): Promise<T> {
  const client = EventStoreDBClient.connectionString(url);
  try {
    return await use(client);
  } finally {
    await client.dispose();
  }
}
