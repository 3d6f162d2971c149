import { randomUUID } from 'node:crypto';
import { createLogger } from '../../src/platform/logger.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { ProjectionRequests } from '../../src/projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../../src/projections/rebuild/rebuild-runner.js';
import { carryOutInThread } from '../../src/projections/rebuild/rebuild-thread.js';
import { Rebuilds } from '../../src/projections/rebuild/rebuilds.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';

/** Rebuilds what its arguments name, after the database's address, and says how many ms and MiB that took. */
const [url = '', ...names] = process.argv.slice(2);
const log = createLogger('error');
const pool = createPool(url, 6, log);
const began = performance.now();
const requests = new ProjectionRequests(pool);
for (const name of names) await requests.rebuild(randomUUID(), name, null);
const thread = new URL('../../dist/composition/rebuild-thread.js', import.meta.url);
const runner = new RebuildRunner({
  rebuilds: new Rebuilds(pool),
  folds: [rowFold(services), rowFold(tags)],
  carryOut: carryOutInThread(thread, { url, eventStore: undefined, logLevel: 'error' }),
  log,
  connect: () => connect(url, { timeoutMs: 0 }),
  onEnd: () => Promise.resolve(),
});
await runner.runWhatWaits();
const ms = performance.now() - began;
const mebibytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms, mebibytes }));
await pool.end();
