import { pino } from 'pino';
import { EventCodec } from '../../../src/event-store/codec.js';
import { type PersonKeys } from '../../../src/event-store/personal-data/person-keys.js';
import { connectionsTo } from '../../../src/event-store/postgres/connections.js';
import { PostgresEventStore } from '../../../src/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../../src/platform/migrations.js';
import { connect, createPool } from '../../../src/platform/postgres.js';
import { createTestDatabase } from '../../support/test-database.js';
import { eventually } from './waiting.js';
import { InMemoryPersonKeys } from './in-memory-person-keys.js';

const isAppend = `datname = current_database() AND query LIKE 'SELECT log.append(%'`;

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

  /** Keeps every append waiting, as a slow writer does, until what it gives back is called. */
  async block(): Promise<() => Promise<void>> {
    const client = await connect(this.url);
    await client.query('SELECT pg_advisory_lock(7310578001)');
    return () => client.end();
  }

  /** Until an append stands in front of what `block` set up. */
  async untilAppendWaits(): Promise<void> {
    await eventually('an append waits', async () => {
      const waiting = await this.query(
        `SELECT FROM pg_stat_activity WHERE wait_event = 'advisory' AND ${isAppend}`,
      );
      return waiting.length > 0;
    });
  }

  /** @returns How many connections for appends it cut. */
  async killAppends(): Promise<number> {
    return this.#kill(isAppend);
  }

  /** Ends what they are doing, as a statement's timeout does; the connections stay. */
  async cancelAppends(): Promise<void> {
    await this.query(
      `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND ${isAppend}`,
    );
  }

  /** Cuts every connection there is, and waits until they are gone. */
  async killAll(): Promise<void> {
    const [now] = await this.query('SELECT clock_timestamp()::text AS time');
    const old = `backend_start < '${String(now?.['time'])}'`;
    await eventually('all connections are cut', async () => (await this.#kill(old)) === 0);
  }

  /** Takes back all migrations. */
  async undoMigrations(): Promise<void> {
    await migrate(this.url, 'down', Infinity);
  }

  async #kill(which: string): Promise<number> {
    const killed = await this.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND ${which}`,
    );
    return killed.length;
  }

  async close(): Promise<void> {
    for (const close of this.#closing.reverse()) await close();
  }
}

export function openPostgresEventStore(
  url: string,
  keys: PersonKeys = new InMemoryPersonKeys(),
): { store: PostgresEventStore; close: () => Promise<void> } {
  const pool = createPool(url, 5, silent);
  const codec = new EventCodec(keys);
  const store = new PostgresEventStore({ pool, codec, ...connectionsTo(url) });
  return {
    store,
    close: async () => {
      await store.close();
      await pool.end();
    },
  };
}
