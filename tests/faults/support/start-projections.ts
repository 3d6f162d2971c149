import { PostgresPersonKeys } from '../../../src/accounts/person-keys.js';
import { createLogger } from '../../../src/platform/logger.js';
import { connect, createPool } from '../../../src/platform/postgres.js';
import { ProjectionEngine } from '../../../src/projections/projection-engine.js';
import { ReadModelGate } from '../../../src/projections/read-model-gate.js';
import { RebuildRunner } from '../../../src/projections/rebuild/rebuild-runner.js';
import { carryOutInThread } from '../../../src/projections/rebuild/rebuild-thread.js';
import { Rebuilds } from '../../../src/projections/rebuild/rebuilds.js';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { allFolds } from '../../projections/support/read-models.js';
import { ProjectionsProcessSettings } from './projections-process.js';

/** Runs projections, or rebuilds, in a process of its own, to be killed; it says so when it does. */
const { url, runs } = ProjectionsProcessSettings.parse(JSON.parse(process.argv[2] ?? ''));
const log = createLogger('silent');
const pool = createPool(url, 4, log);
const thread = new URL('start-rebuild-thread.ts', import.meta.url);
if (runs === 'projections') {
  const { store } = openPostgresEventStore(url, new PostgresPersonKeys(pool));
  await new ProjectionEngine(store, pool, allFolds(), new ReadModelGate(), log).start();
} else {
  const rebuilds = new RebuildRunner({
    folds: allFolds(),
    carryOut: carryOutInThread(thread, { url, eventStore: undefined, logLevel: 'silent' }),
    rebuilds: new Rebuilds(pool),
    connect: () => connect(url, { timeoutMs: 0 }),
    onEnd: () => Promise.resolve(),
    log,
  });
  rebuilds.start();
}
process.stdout.write('started\n');
