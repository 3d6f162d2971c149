import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { pipeline } from 'node:stream/promises';
import { Writable } from 'node:stream';
import { type Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { PostgresPersonKeys } from '../../src/accounts/person-keys.js';
import { EventCodec } from '../../src/event-store/codec.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { PostgresEventStore } from '../../src/event-store/postgres/postgres-event-store.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { createLogger } from '../../src/platform/logger.js';
import { migrate } from '../../src/platform/migrations.js';
import { connect, createPool } from '../../src/platform/postgres.js';
import { evolve } from '../../src/projections/projection.js';
import { readModelTables } from '../../src/projections/read-model-tables.js';
import { rowFold } from '../../src/projections/row-fold.js';
import { services } from '../../src/projections/services.js';
import { tags } from '../../src/projections/tags.js';
import { ensureEmmett } from '../event-store/emmett-package.js';
import { showProgress } from '../event-store/progress.js';
import { seed } from './seed.js';

/**
 * How fast `services` is rebuilt from a log of STREAMS x PER_STREAM events, beside a row-at-a-time upsert in batches,
 * emmett's rebuild of a projection, reading the log without doing anything, and a bare COPY of it; in one run, on one
 * database. ROUNDS says how often.
 */
const streams = Number(process.env['STREAMS'] ?? 20_000);
const perStream = Number(process.env['PER_STREAM'] ?? 50);
const rounds = Number(process.env['ROUNDS'] ?? 3);
/** Of the slow ways, a part says enough. */
const upserted = Number(process.env['UPSERTED'] ?? 10_000);

await ensureEmmett(showProgress());
// Not before it is there.
const { fillEmmett, rebuildWithEmmett } = await import('./emmett.js');

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir });
const log = createLogger('error');
await migrate(postgres.url, 'up');
const client = await connect(postgres.url, { timeoutMs: 0 });
await seed(client, streams, perStream);
const pool = createPool(postgres.url, 6, log);
const store = new PostgresEventStore({
  pool,
  codec: new EventCodec(new PostgresPersonKeys(pool)),
  connect: () => connect(postgres.url),
});
const folds = [rowFold(services), rowFold(tags)];
await readModelTables.prepare(client, folds);

let mebibytes = 0;
/** Of the process with all its threads, when it ends. */
const tellMemory = `data:text/javascript,
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) process.on('exit', () => {
    console.error(Math.round(process.resourceUsage().maxRSS / 1024) + ' MiB');
  });`;
/** Each gives events per second. */
const cases: readonly (readonly [string, () => Promise<number>])[] = [
  ['COPY of the log into nothing', () => rateOf(() => copyLog(client))],
  ['reading the log through the store', () => rateOf(() => readLog(store))],
  ['row-at-a-time upsert, 1,000 a transaction', () => rateOf(() => upsertRows(client, store))],
  ["emmett's rebuild of the same rows", () => rateOf(rebuildByEmmett)],
  ['rebuild of services', () => rebuild('services')],
  ['rebuild of services and tags at once', () => rebuild('services', 'tags')],
];
let collections = 0;
const inEmmett = await fillEmmett(postgres.url, client, Math.ceil(upserted / perStream));
const measured = new Map<string, number[]>(cases.map(([name]) => [name, []]));
for (let round = 0; round < rounds; round += 1)
  for (const [name, run] of cases) measured.get(name)?.push(await run());

for (const [name, rates] of measured) {
  const [median = 0] = [...rates].sort((a, b) => a - b).slice(Math.floor(rates.length / 2));
  console.log(
    `${name.padEnd(45)} ${Math.round(median).toLocaleString('en-US').padStart(10)} events/s`,
  );
}
console.log(`largest memory of a process that rebuilds: ${Math.round(mebibytes)} MiB\n`);

await store.close();
await pool.end();
await client.end();
await postgres.stop();
await rm(dataDir, { recursive: true, force: true });

/** @param work Says how many events it has dealt with. */
async function rateOf(work: () => Promise<number>): Promise<number> {
  const begun = performance.now();
  const events = await work();
  return (events / (performance.now() - begun)) * 1000;
}

async function rebuildByEmmett(): Promise<number> {
  // It goes on where one of the same name has ended.
  collections += 1;
  const collection = `services_${collections}`;
  await rebuildWithEmmett(postgres.url, collection);
  const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${collection}`);
  if (Number(rows[0]?.n) !== inEmmett / perStream) throw new Error('Emmett has not rebuilt it all');
  return inEmmett;
}

async function copyLog(from: Client): Promise<number> {
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const columns = 'position, stream, revision, id, type, version, data, metadata, recorded_at';
  const source = `COPY (SELECT ${columns} FROM log.events ORDER BY position) TO STDOUT (FORMAT binary)`;
  await pipeline(from.query(copyTo(source)), nothing);
  return streams * perStream;
}

async function readLog(from: EventStore): Promise<number> {
  let events = 0;
  for await (const { entries } of from.readAll()) events += entries.length;
  return events;
}

/** What most projections do: for each event, load its row, and write it back. */
async function upsertRows(to: Client, from: EventStore): Promise<number> {
  await to.query('CREATE TEMPORARY TABLE rows_at_a_time (LIKE read.services)');
  await to.query('ALTER TABLE rows_at_a_time ADD PRIMARY KEY (id)');
  const columns = Object.keys(services.columns);
  let events = 0;
  for await (const { entries } of from.readAll()) {
    await to.query('BEGIN');
    for (const entry of entries) {
      if (!entry.readable) continue;
      const { rows } = await to.query<{ row: unknown }>(
        'SELECT to_json(t) AS row FROM rows_at_a_time t WHERE id = $1',
        [services.keyOf(entry)],
      );
      const before = rows[0] && services.row.parse(rows[0].row);
      const row = evolve(services, before, entry);
      if (row)
        await to.query(
          `INSERT INTO rows_at_a_time
           SELECT * FROM json_populate_record(NULL::rows_at_a_time, $1)
               ON CONFLICT (id) DO UPDATE
              SET ${columns.map((column) => `${column} = EXCLUDED.${column}`).join(', ')}`,
          [JSON.stringify({ ...row, view: services.openView(row) })],
        );
    }
    await to.query('COMMIT');
    events += entries.length;
    if (events >= upserted) break;
  }
  await to.query('DROP TABLE rows_at_a_time');
  return events;
}

/** As an operator does it, in a process of its own, which says how long it took, and how much memory. */
async function rebuild(...names: readonly string[]): Promise<number> {
  const main = path.join(import.meta.dirname, '../../dist/cli/main.js');
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', tellMemory, main, 'projections', 'rebuild', ...names],
    { env: { ...process.env, DATABASE_URL: postgres.url, DATA_DIR: dataDir } },
  );
  mebibytes = Math.max(mebibytes, Number(/(?<mib>\d+) MiB/.exec(stderr)?.groups?.['mib']));
  const took = [...stdout.matchAll(/is done, [\d,]+ events in (?<seconds>[\d.]+) s/g)];
  if (took.length !== names.length) throw new Error(`Not all were rebuilt: ${stdout}`);
  const seconds = Math.max(...took.map(({ groups }) => Number(groups?.['seconds'])));
  return (streams * perStream * names.length) / seconds;
}
