import { listen } from '../../platform/listening.js';
import { isBehindPgBouncer } from '../../platform/pgbouncer.js';
import { connect } from '../../platform/postgres.js';
import { type PostgresEventStoreOptions } from './postgres-event-store.js';

/** How a store appends, and how it hears of the appends of other processes. */
export function connectionsTo(
  url: string,
): Pick<PostgresEventStoreOptions, 'connect' | 'listen' | 'pollMs'> {
  const forAppends = { connect: () => connect(url, { pipeline: true }) };
  // There, nobody can listen: who does would have to keep a connection.
  if (isBehindPgBouncer(url)) return { ...forAppends, pollMs: 100 };
  return { ...forAppends, listen: (onRing) => listen(url, 'watchbook_log', onRing) };
}
