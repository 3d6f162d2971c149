import { PostgresPersonKeys } from '../../../src/accounts/person-keys.js';
import { createLogger } from '../../../src/platform/logger.js';
import { connect, createPool } from '../../../src/platform/postgres.js';
import { carryOutWith } from '../../../src/projections/rebuild/carry-out.js';
import { serveRebuild } from '../../../src/projections/rebuild/rebuild-thread.js';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { allFolds } from '../../projections/support/read-models.js';
import { withSlowIndex } from './slow-index.js';

/** The thread of a rebuild in a process that is to be killed: its index can be held up. */
serveRebuild(({ url }) => {
  const pool = createPool(url, 4, createLogger('silent'));
  const { store, close } = openPostgresEventStore(url, new PostgresPersonKeys(pool));
  return Promise.resolve({
    carryOut: carryOutWith({
      store,
      folds: allFolds().map(withSlowIndex),
      connect: () => connect(url, { timeoutMs: 0 }),
    }),
    close: async () => {
      await close();
      await pool.end();
    },
  });
});
