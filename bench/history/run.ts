import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { migrate } from '../../src/platform/migrations.js';
import { theBigOne, writePast } from './past.js';

/**
 * `npm run bench:history`: looking back over HTTP in a log of EVENTS events (1,000,000) in SERVICES streams (20,000),
 * and at one service of 10,000 events; lists with snapshots, and, to compare, folded from the beginning. ROUNDS sets
 * how many moments are asked about.
 */
const events = Number(process.env['EVENTS'] ?? 1_000_000);
const services = Number(process.env['SERVICES'] ?? 20_000);
const rounds = Number(process.env['ROUNDS'] ?? 12);
const password = 'the administrator';

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir });
const client = new Client({ connectionString: postgres.url });
let watchbook: ChildProcess | undefined;

async function run(): Promise<void> {
  await client.connect();
  await migrate(postgres.url, 'up');
  const written = performance.now();
  const { from, to } = await writePast(client, { events, services });
  console.log(`${events} events in ${services} services, written in ${secondsSince(written)} s`);
  const url = await startWatchbook();
  const asked = await askerOf(url);
  const caughtUp = performance.now();
  await until(async () => (await fetch(`${url}/readyz`)).ok);
  console.log(`read models caught up in ${secondsSince(caughtUp)} s`);
  await until(async () => (await count('readers.snapshots')) >= Math.floor(events / 5_000));
  console.log(
    `${await count('readers.snapshots')} snapshots, ${await count('readers.row_versions')} row versions, ` +
      `${await megabytes('readers.row_versions')} MiB beside a log of ${await megabytes('log.events')} MiB, ` +
      `after ${secondsSince(caughtUp)} s\n`,
  );

  const moments = Array.from({ length: rounds }, (_, n) =>
    new Date(from + ((to - from) * (n + 0.5)) / rounds).toISOString(),
  );
  const paths: readonly (readonly [string, string])[] = [
    ['one service of 10,000 events', `/services/${theBigOne}?`],
    ['one service of few events', `/services/${await anyService()}?`],
    ['services: the first 100', '/services?'],
    ['services: 100 by name, found by text, page 3', '/services?q=1&sort=name&skip=200&'],
    ['tags: the first 100, with how many services have each', '/tags?'],
  ];
  console.log('| as of a moment | p50 ms | most ms |\n|---|---:|---:|');
  for (const [name, where] of paths) {
    const times = [];
    for (const moment of moments) times.push(await asked(`${where}as_of=${moment}`));
    print(name, times);
  }
  print('services: now, for comparison', await times(() => asked('/services?')));
  // The writer goes on from what it knows; whoever looks back finds no snapshot any more.
  await client.query('DELETE FROM readers.snapshots');
  const last = moments.at(-1) ?? '';
  print(
    'services: folded from the beginning',
    await times(() => asked(`/services?as_of=${last}`), 2),
  );
}

async function times(ask: () => Promise<number>, many = rounds): Promise<number[]> {
  const all = [];
  for (let n = 0; n < many; n += 1) all.push(await ask());
  return all;
}

function print(name: string, milliseconds: readonly number[]): void {
  const sorted = [...milliseconds].sort((a, b) => a - b);
  const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  console.log(`| ${name} | ${middle.toFixed(0)} | ${(sorted.at(-1) ?? NaN).toFixed(0)} |`);
}

/** As `npm start` runs it. @returns Its address, which it prints. */
async function startWatchbook(): Promise<string> {
  const main = path.join(import.meta.dirname, '../../dist/cli/main.js');
  watchbook = spawn(process.execPath, ['--enable-source-maps', main, 'serve'], {
    env: {
      ...process.env,
      DATABASE_URL: postgres.url,
      DATA_DIR: dataDir,
      PORT: '0',
      ROLES: 'api,projector',
      ADMIN_PASSWORD: password,
      LOG_LEVEL: 'error',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { stdout } = watchbook;
  if (stdout === null) throw new Error('Its output is a pipe');
  for await (const line of createInterface(stdout)) {
    const address = /listens on (?<url>http:\S+)/.exec(line)?.groups?.['url'];
    if (address !== undefined) return address;
  }
  throw new Error('Watchbook did not start');
}

/** Sends GETs and says how long each takes, until its last byte, in ms. */
async function askerOf(url: string): Promise<(where: string) => Promise<number>> {
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@watchbook.local', password }),
  });
  const { access_token } = z.object({ access_token: z.string() }).parse(await login.json());
  return async (where) => {
    const began = performance.now();
    const answer = await fetch(`${url}/api/v1${where}`, {
      headers: { authorization: `Bearer ${access_token}` },
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${where}: ${answer.status} ${text}`);
    return performance.now() - began;
  };
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}

async function count(table: string): Promise<number> {
  return number(`SELECT count(*) AS n FROM ${table}`);
}

async function megabytes(table: string): Promise<number> {
  return Math.round((await number(`SELECT pg_total_relation_size('${table}') AS n`)) / 2 ** 20);
}

async function number(statement: string): Promise<number> {
  const { rows } = await client.query<{ n: string }>(statement);
  return Number(rows[0]?.n);
}

async function anyService(): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    'SELECT id FROM read.services ORDER BY id OFFSET 7 LIMIT 1',
  );
  return rows[0]?.id ?? '';
}

function secondsSince(began: number): string {
  return ((performance.now() - began) / 1000).toFixed(1);
}

try {
  await run();
} finally {
  await client.end();
  if (watchbook !== undefined) {
    watchbook.kill('SIGTERM');
    await once(watchbook, 'exit');
  }
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
