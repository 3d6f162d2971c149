import { type Container } from 'inversify';
import { EventCodec } from '../event-store/codec.js';
import { followedLog, followLog } from '../projections/followed-log.js';
import { EventStoreUnusable, openInPostgres } from './event-store.js';
import { tokens } from './tokens.js';

/**
 * An empty log is begun only where there was none before: beside a database that knows another log, it is more likely
 * that the wrong one was configured, and everything would seem to be gone.
 *
 * @throws EventStoreUnusable
 */
export async function refuseToBeginAgain(container: Container): Promise<void> {
  if ((await container.get(tokens.eventStore).identity()) !== undefined) return;
  const { eventStore } = container.get(tokens.configuration);
  if (eventStore !== undefined && (await holdsEvents(container)))
    throw new EventStoreUnusable(
      `The event store at ${eventStore.shown} is empty, while the log in this database holds events: ` +
        'copy them with `watchbook events copy --from postgres --to <url>`, or use a fresh database.',
    );
  const followed = await followedLog(container.get(tokens.pool));
  if (followed !== undefined)
    throw new EventStoreUnusable(
      `The event log is empty, while this database has followed another one (${followed}): ` +
        'check EVENT_STORE_URL, or use a fresh database.',
    );
}

/** Nobody reads the log before it is known to be the one that the checkpoints speak of. */
export async function followConfiguredLog(container: Container): Promise<void> {
  const identity = await container.get(tokens.eventStore).identity();
  if (identity === undefined) throw new Error('Unreachable: the log holds the built-in roles');
  if (await followLog(container.get(tokens.pool), identity))
    container
      .get(tokens.log)
      .warn({ identity }, 'The event log is another one: all read models are filled anew from it');
}

/** The log in PostgreSQL, that is. */
async function holdsEvents(container: Container): Promise<boolean> {
  const database = { pool: container.get(tokens.logPool), url: container.get(tokens.databaseUrl) };
  const store = openInPostgres(container.get(EventCodec), database);
  try {
    return (await store.identity()) !== undefined;
  } finally {
    await store.close();
  }
}
