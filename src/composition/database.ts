import { type Configuration } from '../platform/configuration.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres/index.js';

export interface DatabaseServer {
  readonly url: string;
  readonly isEmbedded: boolean;
  stop(): Promise<void>;
}

/** The server that was configured, else one of Watchbook's own. */
export async function openDatabaseServer(
  { databaseUrl, dataDir }: Pick<Configuration, 'databaseUrl' | 'dataDir'>,
  log: (message: string) => void,
): Promise<DatabaseServer> {
  if (databaseUrl !== undefined)
    return { url: databaseUrl, isEmbedded: false, stop: () => Promise.resolve() };
  const embedded = await startEmbeddedPostgres({ dataDir, log });
  return { url: embedded.url, isEmbedded: true, stop: () => embedded.stop() };
}
