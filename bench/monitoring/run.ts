import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { z } from 'zod';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.js';
import { quantile } from '../event-store/statistics.js';
import { RunningWatchbook } from '../watchbook.js';
import { machineSeconds, usageOf } from './usage.js';

/**
 * `npm run bench:monitoring`: ten thousand HTTP services that are checked by a Watchbook with all its roles in one
 * process, while its API is read; then at shorter and shorter intervals, to the highest rate that holds; and beside it the
 * plainest loop on the same targets and the same database. SERVICES and SECONDS set how much.
 */
const services = Number(process.env['SERVICES'] ?? 10_000);
const seconds = Number(process.env['SECONDS'] ?? 60);
/** From the interval that is asked for to the shortest that a service can have. */
const intervals = (process.env['INTERVALS'] ?? '60,40,30,20,15,10').split(',').map(Number);

const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-bench-'));
const postgres = await startEmbeddedPostgres({ dataDir });
const targets = fork(path.join(import.meta.dirname, 'targets-process.ts'));
const database = new Client({ connectionString: postgres.url });
await database.connect();
let watchbook: RunningWatchbook | undefined;

const async = { prefer: 'respond-async' };

interface Measured {
  readonly interval: number;
  readonly perSecond: number;
  /** From when checks were due to their start, in ms. */
  readonly lateP99: number;
  readonly withinTwoSeconds: number;
  readonly listP50: number;
  readonly listP99: number;
  readonly residentMiB: number;
  /** Of one core. */
  readonly processCpu: number;
  /** Of all cores: targets, database and this program take from them as well. */
  readonly idleCpu: number;
  readonly notUp: number;
}

async function run(): Promise<void> {
  const [{ port }] = z
    .tuple([z.object({ port: z.int() })])
    .rest(z.unknown())
    .parse(await once(targets, 'message'));
  const url = `http://127.0.0.1:${port}`;
  const running = await RunningWatchbook.start(postgres.url, dataDir, {
    ALLOW_LOOPBACK_CHECKS: 'true',
  });
  watchbook = running;
  const ids = await register(running, url);
  const measured: Measured[] = [];
  for (const interval of intervals) {
    if (interval !== intervals[0]) await reschedule(running, ids, interval);
    // Until each service was checked at its place of the interval.
    await sleep((Math.min(interval, 60) + 5) * 1000);
    const one = await measure(running, interval);
    measured.push(one);
    console.log(JSON.stringify(one));
    if (!holds(one)) break;
  }
  await running.stop();
  watchbook = undefined;
  report(measured, await plainLoop(url));
}

function holds({ interval, perSecond, withinTwoSeconds }: Measured): boolean {
  return perSecond >= 0.98 * (services / interval) && withinTwoSeconds >= 0.99;
}

async function register(running: RunningWatchbook, url: string): Promise<string[]> {
  return inParallel(services, async (n) => {
    const body = {
      name: `Service ${n}`,
      url: `${url}/${n}`,
      type: 'http',
      interval_seconds: intervals[0],
      timeout_ms: 5_000,
    };
    return z
      .object({ id: z.string() })
      .parse(JSON.parse((await running.call('POST', '/services', body, async)).text)).id;
  });
}

async function reschedule(
  running: RunningWatchbook,
  ids: readonly string[],
  interval: number,
): Promise<void> {
  await inParallel(ids.length, (n) =>
    running.call('PATCH', `/services/${ids[n] ?? ''}`, { interval_seconds: interval }, async),
  );
}

async function inParallel<T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) done.push(await work(next++));
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  return done;
}

async function measure(running: RunningWatchbook, interval: number): Promise<Measured> {
  const [began, machine, process] = [
    Date.now(),
    await machineSeconds(),
    await usageOf(running.pid),
  ];
  const lists: number[] = [];
  const resident: number[] = [];
  while (Date.now() - began < seconds * 1000) {
    const sent = performance.now();
    await running.call('GET', '/services?limit=100');
    lists.push(performance.now() - sent);
    resident.push((await usageOf(running.pid)).residentMiB);
    await sleep(100);
  }
  const [ended, machineAfter, processAfter] = [
    Date.now(),
    await machineSeconds(),
    await usageOf(running.pid),
  ];
  const elapsed = (ended - began) / 1000;
  // What is under way is kept within a moment.
  await sleep(1_000);
  const { rows } = await database.query<{ late: number; outcome: string }>(
    `SELECT (extract(epoch FROM r.checked_at - (monitoring.next_slot(r.service_id, $1, r.checked_at) - $1 * interval '1 second')) * 1000)::float8 AS late,
            r.outcome
       FROM monitoring.results r
      WHERE r.checked_at >= $2 AND r.checked_at < $3`,
    [interval, new Date(began), new Date(ended)],
  );
  const late = rows.map((row) => row.late);
  const busy = machineAfter.busy - machine.busy;
  const idle = machineAfter.idle - machine.idle;
  return {
    interval,
    perSecond: rows.length / elapsed,
    lateP99: quantile(late, 0.99),
    withinTwoSeconds: late.filter((ms) => ms <= 2_000).length / late.length,
    listP50: quantile(lists, 0.5),
    listP99: quantile(lists, 0.99),
    residentMiB: Math.max(...resident),
    processCpu: (processAfter.cpuSeconds - process.cpuSeconds) / elapsed,
    idleCpu: idle / (busy + idle),
    notUp: rows.filter(({ outcome }) => outcome !== 'up').length,
  };
}

async function plainLoop(url: string): Promise<{ perSecond: number; cpuMsPerCheck: number }> {
  const child: ChildProcess = fork(path.join(import.meta.dirname, 'plain-process.ts'), [
    postgres.url,
    url,
    '15',
    '50',
  ]);
  const [told] = z
    .tuple([z.object({ made: z.int(), cpuSeconds: z.number() })])
    .rest(z.unknown())
    .parse(await once(child, 'message'));
  return { perSecond: told.made / 15, cpuMsPerCheck: (told.cpuSeconds * 1000) / told.made };
}

function report(
  measured: readonly Measured[],
  plain: { perSecond: number; cpuMsPerCheck: number },
): void {
  console.log(
    `\n${services} services; ${os.cpus().length} cores (${os.cpus()[0]?.model.trim() ?? ''}), Node ${process.versions.node}\n`,
  );
  console.log(
    '| interval | checks/s | started within 2 s | late p99 | list p50 / p99 | memory | CPU of the process | idle of the machine | not up |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const one of measured)
    console.log(
      `| ${one.interval} s | ${one.perSecond.toFixed(0)} | ${(one.withinTwoSeconds * 100).toFixed(2)} % | ${one.lateP99.toFixed(0)} ms | ` +
        `${one.listP50.toFixed(0)} / ${one.listP99.toFixed(0)} ms | ${one.residentMiB.toFixed(0)} MiB | ${(one.processCpu * 100).toFixed(0)} % of a core | ` +
        `${(one.idleCpu * 100).toFixed(0)} % | ${one.notUp} |`,
    );
  const highest = measured.filter(holds).at(-1);
  console.log(
    `\nThe highest rate that holds: ${highest === undefined ? 'none' : highest.perSecond.toFixed(0)} checks/s`,
  );
  console.log(
    `The plainest loop, as fast as it goes: ${plain.perSecond.toFixed(0)} checks/s, ${plain.cpuMsPerCheck.toFixed(2)} ms of CPU for each`,
  );
  for (const one of measured)
    console.log(
      `Watchbook at ${one.perSecond.toFixed(0)} checks/s, with its API: ${((one.processCpu * 1000) / one.perSecond).toFixed(2)} ms of CPU for each`,
    );
}

try {
  await run();
} finally {
  await watchbook?.stop();
  targets.kill();
  await database.end();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
}
