import { randomUUID } from 'node:crypto';
import { PostgresPersonKeys } from '../../src/accounts/person-keys.js';
import { EventCodec } from '../../src/event-store/codec.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { createLogger } from '../../src/platform/logger.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { ProjectionRequests } from '../../src/projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../../src/projections/rebuild/rebuild-runner.js';
import { Rebuilds } from '../../src/projections/rebuild/rebuilds.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';

/** Rebuilds what its arguments name, after the database's address, and says how many ms and MiB that took. */
const [url = '', ...names] = process.argv.slice(2);
const log = createLogger('error');
const pool = createPool(url, 6, log);
const store = new PostgresEventStore({
  pool,
  codec: new EventCodec(new PostgresPersonKeys(pool)),
  connect: () => connect(url),
});
const began = performance.now();
const requests = new ProjectionRequests(pool);
for (const name of names) await requests.rebuild(randomUUID(), name, null);
const runner = new RebuildRunner({
  store,
  rebuilds: new Rebuilds(pool),
  folds: [rowFold(services), rowFold(tags)],
  log,
  connect: () => connect(url, { timeoutMs: 0 }),
  onEnd: () => Promise.resolve(),
});
await runner.runWhatWaits();
const ms = performance.now() - began;
const mebibytes = process.resourceUsage().maxRSS / 1024;
console.log(JSON.stringify({ ms, mebibytes }));
await store.close();
await pool.end();
