import { pino } from 'pino';
import { EventCodec } from '../../../src/event-store/codec.js';
import { PostgresEventStore } from '../../../src/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../../src/platform/migrations.js';
import { connect, createPool, listen } from '../../../src/platform/postgres.js';
import { createTestDatabase } from '../../support/test-database.js';
import { InMemoryPersonKeys } from './in-memory-person-keys.js';

const silent = pino({ level: 'silent' });

/** A database with an empty log, and stores on it as separate processes have them. */
export class PostgresLog {
  readonly #closing: (() => Promise<unknown>)[] = [];
  readonly #keys = new InMemoryPersonKeys();

  private constructor(readonly url: string) {}

  static async create(): Promise<PostgresLog> {
    const database = await createTestDatabase();
    const log = new PostgresLog(database.url);
    log.#closing.push(() => database.drop());
    await migrate(database.url, 'up');
    return log;
  }

  open(): PostgresEventStore {
    const { store, close } = openPostgresEventStore(this.url, this.#keys);
    this.#closing.push(close);
    return store;
  }

  /** The rows of a statement, over a connection of its own. */
  async query(statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const client = await connect(this.url);
    try {
      return (await client.query<Record<string, unknown>>(statement, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Keeps every append waiting, as a writer does who takes long; call what it gives back to end that. */
  async block(): Promise<() => Promise<void>> {
    const client = await connect(this.url);
    await client.query('SELECT pg_advisory_lock(7310578001)');
    return () => client.end();
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }
}

export function openPostgresEventStore(
  url: string,
  keys = new InMemoryPersonKeys(),
): { store: PostgresEventStore; close(): Promise<void> } {
  const pool = createPool(url, 5, silent);
  const store = new PostgresEventStore({
    pool,
    connect: () => connect(url),
    listen: (onRing) => listen(url, 'watchbook_log', onRing),
    codec: new EventCodec(keys),
  });
  return {
    store,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
