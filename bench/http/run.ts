import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { load, type Load, type Measured } from './load.js';

/**
 * `npm run bench:http`: reading and writing over HTTP, beside a plain Express + pg handler with the same SELECTs,
 * in the same run, on one database; medians of several rounds that take turns. ROUNDS, SECONDS and SERVICES set how
 * much, ONLY=rename which.
 */
const rounds = Number(process.env['ROUNDS'] ?? 3);
const seconds = Number(process.env['SECONDS'] ?? 5);
const services = Number(process.env['SERVICES'] ?? 20_000);
const password = 'the administrator';
const Told = z.tuple([z.object({ port: z.int() })]).rest(z.unknown());

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir });
const children: ChildProcess[] = [];
async function run(): Promise<void> {
  const watchbook = await startWatchbook();
  const plain = await startPlain();
  const token = await logIn(watchbook);
  const ids = await seed(watchbook, token);
  const one = (prefix: string): Load['requests'] =>
    ids.slice(0, 5_000).map((id) => ({ path: `${prefix}/services/${id}` }));
  const list = (prefix: string): Load['requests'] => [{ path: `${prefix}/services` }];
  let renamed = 0;
  const renames = ids.map((id) => ({
    path: `/api/v1/services/${id}`,
    body: () => ({ name: `Service ${(renamed += 1)}` }),
  }));
  const api = { url: watchbook, token, seconds };
  const peer = { url: plain, seconds };

  let cases: Case[] = [
    { name: 'one: plain', load: { ...peer, connections: 64, requests: one('') } },
    { name: 'one: watchbook', load: { ...api, connections: 64, requests: one('/api/v1') } },
    { name: 'list of 100: plain', load: { ...peer, connections: 64, requests: list('') } },
    {
      name: 'list of 100: watchbook',
      load: { ...api, connections: 64, requests: list('/api/v1') },
    },
    { name: 'rename: watchbook', load: { ...api, connections: 64, requests: renames } },
  ];
  const only = process.env['ONLY'];
  if (only !== undefined) cases = cases.filter(({ name }) => name.includes(only));
  const measured = new Map<string, Measured[]>(cases.map(({ name }) => [name, []]));
  for (const { load: what } of cases) await load({ ...what, seconds: 1 });
  for (let round = 0; round < rounds; round += 1)
    for (const { name, load: what } of cases) measured.get(name)?.push(await load(what));
  report(measured);
}

interface Case {
  readonly name: string;
  readonly load: Load;
}

const environment = {
  ...process.env,
  DATABASE_URL: postgres.url,
  DATA_DIR: dataDir,
  PORT: '0',
  ROLES: 'api,projector',
  ADMIN_PASSWORD: password,
  LOG_LEVEL: 'error',
};

/** As `npm start` runs it. @returns Its address, which it prints. */
async function startWatchbook(): Promise<string> {
  const main = path.join(import.meta.dirname, '../../dist/cli/main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', main, 'serve'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface(child.stdout)) {
    const address = /listens on (?<url>http:\S+)/.exec(line)?.groups?.['url'];
    if (address !== undefined) return address;
  }
  throw new Error('Watchbook did not start');
}

async function startPlain(): Promise<string> {
  const file = path.join(import.meta.dirname, 'plain-server.ts');
  const child = fork(file, { env: environment });
  children.push(child);
  const [{ port }] = Told.parse(await once(child, 'message'));
  return `http://127.0.0.1:${port}`;
}

async function logIn(url: string): Promise<string> {
  const response = await fetch(`${url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@watchbook.local', password }),
  });
  return z.object({ access_token: z.string() }).parse(await response.json()).access_token;
}

async function seed(url: string, token: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const create = async (where: string, body: object): Promise<string> => {
    const response = await fetch(`${url}/api/v1/${where}`, {
      method: 'POST',
      headers: { ...headers, prefer: 'respond-async' },
      body: JSON.stringify(body),
    });
    return z.object({ id: z.string() }).parse(await response.json()).id;
  };
  const tags = await Promise.all(
    Array.from({ length: 20 }, (_, n) => create('tags', { name: `tag ${n}` })),
  );
  const ids: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < services) {
      const n = next++;
      const own = tags.slice(n % 18, (n % 18) + (n % 3));
      const body = {
        name: `Service ${n}`,
        url: `https://host-${n}.example.org/health`,
        type: 'http',
      };
      ids.push(await create('services', { ...body, tags: own }));
    }
  };
  await Promise.all(Array.from({ length: 32 }, worker));
  return ids;
}

function report(measured: ReadonlyMap<string, readonly Measured[]>): void {
  const median = (name: string, pick: (one: Measured) => number): number => {
    const values = (measured.get(name) ?? []).map(pick).sort((a, b) => a - b);
    return values[Math.floor(values.length / 2)] ?? NaN;
  };
  console.log(
    `\n${services} services, 64 connections, ${rounds} rounds of ${seconds} s, medians\n`,
  );
  console.log('| | /s | p50 ms | p99 ms |\n|---|---:|---:|---:|');
  for (const name of measured.keys()) {
    const perSecond = Math.round(median(name, (one) => one.perSecond));
    console.log(
      `| ${name} | ${perSecond} | ${median(name, (one) => one.p50)} | ${median(name, (one) => one.p99)} |`,
    );
  }
  const ratio = (what: string): string =>
    (
      median(`${what}: watchbook`, (one) => one.perSecond) /
      median(`${what}: plain`, (one) => one.perSecond)
    ).toFixed(2);
  console.log(`\none: ${ratio('one')} × plain, list of 100: ${ratio('list of 100')} × plain`);
}

try {
  await run();
} finally {
  for (const child of children) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
