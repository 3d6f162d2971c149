import { type Configuration } from '../platform/configuration.js';
import { runningEmbeddedUrl, startEmbeddedPostgres } from '../platform/embedded-postgres/index.js';

export interface DatabaseServer {
  readonly url: string;
  stop(): Promise<void>;
}

type Where = Pick<Configuration, 'databaseUrl' | 'dataDir'>;
type Log = (message: string) => void;

/** The server that was configured, else one of Watchbook's own. */
export async function openDatabaseServer(
  { databaseUrl, dataDir }: Where,
  log: Log,
): Promise<DatabaseServer> {
  if (databaseUrl !== undefined) return borrowed(databaseUrl);
  return startEmbeddedPostgres({ dataDir, log });
}

/** The same for a command that runs beside Watchbook: a server that is running already is used as it is. */
export async function visitDatabaseServer(where: Where, log: Log): Promise<DatabaseServer> {
  const running = where.databaseUrl ?? (await runningEmbeddedUrl(where.dataDir));
  return running === undefined ? openDatabaseServer(where, log) : borrowed(running);
}

function borrowed(url: string): DatabaseServer {
  return { url, stop: () => Promise.resolve() };
}
