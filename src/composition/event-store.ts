import { type Pool } from 'pg';
import { type EventCodec } from '../event-store/codec.js';
import { type EventStore } from '../event-store/event-store.js';
import { connectionsTo } from '../event-store/postgres/connections.js';
import { PostgresEventStore } from '../event-store/postgres/postgres-event-store.js';
import { PostgresStoredLog } from '../event-store/postgres/stored-log.js';
import { type EventStoreDbStoredLog } from '../event-store/eventstoredb/index.js';
import { type StoredLog } from '../event-store/stored-log.js';
import { type Configuration } from '../platform/configuration.js';
import { parseEventStoreAddress } from '../platform/event-store-address.js';

export interface OpenedEventStore {
  readonly store: EventStore;
  /** The same log, undecoded. */
  readonly stored: StoredLog;
  /** Whether it answers right now. One in PostgreSQL does when that does, and others look at that. */
  answers(): Promise<boolean>;
  close(): Promise<void>;
}

/** The configured event store cannot be used; the message says what to do. */
export class EventStoreUnusable extends Error {
  override readonly name = 'EventStoreUnusable';
}

type Where = Pick<Configuration, 'eventStore'>;

/** Opens the event store that was configured. Nowhere else is it known which there are. */
export async function openEventStore(
  { eventStore }: Where,
  codec: EventCodec,
  database: { readonly pool: Pool; readonly url: string },
): Promise<OpenedEventStore> {
  if (eventStore === undefined) {
    const store = openInPostgres(codec, database);
    return {
      store,
      stored: new PostgresStoredLog('PostgreSQL', database.pool, codec),
      answers: () => Promise.resolve(true),
      close: () => store.close(),
    };
  }
  const { EventStoreDbEventStore, EventStoreDbStoredLog } = await loadEventStoreDb();
  const store = new EventStoreDbEventStore(eventStore, codec);
  const stored = new EventStoreDbStoredLog(eventStore);
  return {
    store,
    stored,
    answers: () =>
      store.ping(signOfLifeMs).then(
        () => true,
        () => false,
      ),
    close: async () => {
      await store.close();
      await stored.close();
    },
  };
}

/** The log beside the read models, also where it is not the one that was configured. */
export function openInPostgres(
  codec: EventCodec,
  { pool, url }: { readonly pool: Pool; readonly url: string },
): EventStore {
  return new PostgresEventStore({ pool, codec, ...connectionsTo(url) });
}

/**
 * Looks whether the event store is there, before anything else is begun. One in PostgreSQL is looked for with that.
 *
 * @throws EventStoreUnusable after 4 s at the latest.
 */
export async function reachEventStore({ eventStore }: Where): Promise<void> {
  if (eventStore === undefined) return;
  try {
    const { reachEventStoreDb } = await loadEventStoreDb();
    await reachEventStoreDb(eventStore);
  } catch (error) {
    throw new EventStoreUnusable(
      `The event store at ${eventStore.shown} cannot be used (${reasonOf(error)}). Check EVENT_STORE_URL.`,
      { cause: error },
    );
  }
}

/**
 * A log in EventStoreDB or KurrentDB as it is stored, wherever the address leads.
 *
 * @throws EventStoreUnusable after 4 s at the latest, and for an address that is none.
 */
export async function connectToStoredLog(url: string): Promise<EventStoreDbStoredLog> {
  const { EventStoreDbStoredLog, reachEventStoreDb } = await loadEventStoreDb();
  try {
    const address = parseEventStoreAddress(url);
    await reachEventStoreDb(address);
    return new EventStoreDbStoredLog(address);
  } catch (error) {
    throw new EventStoreUnusable(`That event store cannot be used: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Whoever keeps events in PostgreSQL need not load it. */
const loadEventStoreDb = () => import('../event-store/eventstoredb/index.js');

/** The first cause, and in one line: errors of the connection wrap what happened. */
function reasonOf(error: unknown): string {
  const first = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = first instanceof Error ? first.message : String(first);
  return text
    .replace(/^\d+ [A-Z_]+: /, '')
    .replace(/ ?Resolution note:.*/s, '')
    .replace(/\s+/g, ' ')
    .replace(/[. ]+$/, '');
}

const signOfLifeMs = 2_000;
