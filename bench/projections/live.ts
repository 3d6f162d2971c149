import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from 'pg';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { migrate } from '../../src/platform/migrations.js';
import { connect } from '../../src/platform/postgres.js';
import { seed } from './seed.js';
import { aroundRebuild, liveLag, type Quantiles } from './under-load.js';
import { RunningWatchbook } from '../watchbook.js';

const rates = [100, 1_000];
const around = { reads: 200, writes: 50 };

/** What users of a running Watchbook notice of projections: prints it as tables. */
export async function measureLive(
  services: number,
  perService: number,
  seconds: number,
): Promise<void> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
  const postgres = await startEmbeddedPostgres({ dataDir });
  await migrate(postgres.url, 'up');
  const client = await connect(postgres.url, { timeoutMs: 0 });
  await seed(client, services, perService);
  const watchbook = await RunningWatchbook.start(postgres.url, dataDir);
  try {
    await untilQuiet(watchbook, client);
    const { rows } = await client.query<{ id: string }>('SELECT id FROM read.services');
    const ids = rows.map(({ id }) => id);

    const times = await aroundRebuild(watchbook, ids, around, seconds);
    console.log(
      `A rebuild of ${services} services, ${services * perService} events, in ${(times.tookMs / 1000).toFixed(1)} s, ` +
        `at ${around.reads} reads and ${around.writes} writes a second:\n\n` +
        '| | reads p50 ms | p99 ms | writes p50 ms | p99 ms |\n|---|---:|---:|---:|---:|',
    );
    for (const when of ['before', 'during', 'after'] as const)
      console.log(`| ${when} | ${cells(times[when].reads)} | ${cells(times[when].writes)} |`);

    console.log(
      '\n| commands a second | sent | visible after, p50 ms | p99 ms |\n|---:|---:|---:|---:|',
    );
    for (const rate of rates) {
      await untilQuiet(watchbook, client);
      const lag = await liveLag(watchbook, ids, rate, seconds);
      console.log(`| ${rate} | ${Math.round(lag.perSecond)} | ${cells(lag)} |`);
    }
  } finally {
    await watchbook.stop();
    await client.end();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function cells({ p50, p99 }: Quantiles): string {
  return `${p50.toFixed(1)} | ${p99.toFixed(1)}`;
}

/** Read models, snapshots and seals catch up at first: what they cost is another matter. */
async function untilQuiet(watchbook: RunningWatchbook, client: Client): Promise<void> {
  const active = `
    SELECT FROM pg_stat_activity
     WHERE state = 'active' AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
  for (let quiet = 0; quiet < quietLooks;) {
    const { ms } = await watchbook.call('GET', '/projections');
    const isQuiet = ms < quietMs && (await client.query(active)).rowCount === 0;
    quiet = isQuiet ? quiet + 1 : 0;
    await sleep(50);
  }
}

const quietLooks = 60;
const quietMs = 15;
