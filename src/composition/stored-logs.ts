import { PostgresPersonKeys } from '../accounts/person-keys.js';
import { EventCodec } from '../event-store/codec.js';
import { PostgresStoredLog } from '../event-store/postgres/stored-log.js';
import { type StoredLog } from '../event-store/stored-log.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { migrate } from '../platform/migrations.js';
import { parsedUrl } from '../platform/parsed-url.js';
import { createPool } from '../platform/postgres.js';
import { visitDatabaseServer } from './database.js';
import { connectToStoredLog } from './event-store.js';

export interface OpenedStoredLog {
  readonly log: StoredLog;
  close(): Promise<void>;
}

/** Where a log is: `postgres` for the configured database, or the address of a store. */
export type Where = string;

/** What was named is no place for a log; the message says what is. */
export class NoSuchStore extends Error {
  override readonly name = 'NoSuchStore';
}

/**
 * Opens a log as it is stored, for moving it.
 *
 * @param use A database that is written to is brought to this version's schema first; one that is only read is not.
 * @throws NoSuchStore
 */
export async function openStoredLog(
  where: Where,
  use: 'source' | 'target',
  configuration: Configuration,
  log: Logger,
): Promise<OpenedStoredLog> {
  if (where === 'postgres') {
    const server = await visitDatabaseServer(configuration, (message) => log.info(message));
    const opened = await openInPostgres(server.url, use, log);
    return { log: opened.log, close: () => opened.close().finally(() => server.stop()) };
  }
  if (/^postgres(ql)?:\/\//.test(where) && parsedUrl(where)) return openInPostgres(where, use, log);
  if (/^(esdb|kurrentdb)(\+discover)?:\/\//.test(where)) return openInEventStoreDb(where);
  throw new NoSuchStore(
    'Name a store as postgres (the configured database), postgres://user:password@host/name, or esdb://host:2113',
  );
}

async function openInPostgres(
  url: string,
  use: 'source' | 'target',
  logger: Logger,
): Promise<OpenedStoredLog> {
  if (use === 'target') await migrate(url, 'up');
  const pool = createPool(url, 3, logger);
  const codec = new EventCodec(new PostgresPersonKeys(pool));
  const log = new PostgresStoredLog(shown(url), pool, codec);
  return { log, close: () => pool.end() };
}

async function openInEventStoreDb(where: Where): Promise<OpenedStoredLog> {
  const log = await connectToStoredLog(where);
  return { log, close: () => log.close() };
}

function shown(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `postgres://${hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}
