import { PostgresPersonKeys } from '../accounts/person-keys.js';
import { EventCodec } from '../event-store/codec.js';
import { type LogEntry } from '../event-store/event-store.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { createPool } from '../platform/postgres.js';
import { visitDatabaseServer } from './database.js';
import { openEventStore, reachEventStore } from './event-store.js';

/** Everything in the log, in order, for whoever may read the database anyway. */
export async function* readEventLog(
  configuration: Configuration,
  log: Logger,
): AsyncIterable<LogEntry> {
  await reachEventStore(configuration);
  const server = await visitDatabaseServer(configuration, (message) => log.info(message));
  const pool = createPool(server.url, 2, log);
  const codec = new EventCodec(new PostgresPersonKeys(pool));
  const opened = await openEventStore(configuration, codec, { pool, url: server.url });
  try {
    for await (const { entries } of opened.store.readAll()) yield* entries;
  } finally {
    await opened.close();
    await pool.end();
    await server.stop();
  }
}
