import { PostgresPersonKeys } from '../accounts/person-keys.js';
import { EventCodec } from '../event-store/codec.js';
import { createLogger } from '../platform/logger.js';
import { connect, createPool } from '../platform/postgres.js';
import { carryOutWith } from '../projections/rebuild/carry-out.js';
import { serveRebuild } from '../projections/rebuild/rebuild-thread.js';
import { openEventStore } from './event-store.js';
import { allRowFolds } from './row-folds.js';

/** The thread of a rebuild. */
serveRebuild(async ({ url, eventStore, logLevel }) => {
  const pool = createPool(url, 3, createLogger(logLevel));
  const codec = new EventCodec(new PostgresPersonKeys(pool));
  const opened = await openEventStore({ eventStore }, codec, { pool, url });
  return {
    carryOut: carryOutWith({
      store: opened.store,
      folds: allRowFolds({ eventStore }),
      connect: () => connect(url, { timeoutMs: 0 }),
    }),
    close: async () => {
      await opened.close();
      await pool.end();
    },
  };
});
