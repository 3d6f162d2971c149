import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { measureAppending } from './appending.js';
import { ensureEmmett } from './emmett-package.js';
import { averageBytes } from './events.js';
import { describeMachine, fsyncMs } from './machine.js';
import { type Part, parts, planOf } from './plan.js';
import { showProgress } from './progress.js';
import { measureReplaying } from './replaying.js';
import { report } from './report.js';
import { type Results, type SlowDisk } from './results.js';
import { type Server, startServer, startSlowServer } from './server.js';

/**
 * `npm run bench:events`: the event store beside emmett, a function call and a transaction for each append, and COPY,
 * on one server, in turns. Behind `--`: `--quick` for a first impression, `--only append,hot,batches,replay,slow-disk`
 * for some of it, `--rounds <n>`, `--json <file>` for the figures as JSON. Each peer has a process of its own, and so a
 * profile of its own: `node --cpu-prof --cpu-prof-dir=<folder> bench/dist/bench/event-store/run.js --only replay`.
 */
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: parts.join(',') },
    rounds: { type: 'string' },
    json: { type: 'string' },
  },
});
const chosen = new Set<Part>(z.array(z.enum(parts)).parse(flags.only.split(',')));
const rounds = z.coerce.number().int().positive().optional().parse(flags.rounds);
const plan = planOf(chosen, { quick: flags.quick, rounds });
const progress = showProgress();
const servers: Server[] = [];

async function run(): Promise<Results> {
  await ensureEmmett(progress);
  const server = await startServer();
  servers.push(server);
  progress('the machine is looked at');
  const machine = await describeMachine(server);
  const before = await fsyncMs(server);
  const appends = await measureAppending(server, plan.appends, plan, progress);
  const between = await fsyncMs(server);
  const replays = await measureReplaying(server, plan.replays, plan.rounds, progress);
  await server.stop();
  return {
    machine,
    fsyncMs: [before, between],
    averageBytes: averageBytes(),
    rounds: plan.rounds,
    seconds: plan.seconds,
    appends,
    slowDisk: await measureSlowDisk(),
    replays,
  };
}

async function measureSlowDisk(): Promise<SlowDisk> {
  if (plan.slowDiskAppends.length === 0) return { fsyncMs: [], appends: [] };
  const server = await startSlowServer();
  if (server === undefined)
    return { fsyncMs: [], appends: [], skipped: 'there is no gcc here, or this is no Linux' };
  servers.push(server);
  const before = await fsyncMs(server);
  const appends = await measureAppending(server, plan.slowDiskAppends, plan, (what) =>
    progress(`slow disk, ${what}`),
  );
  const after = await fsyncMs(server);
  await server.stop();
  return { appends, fsyncMs: [before, after] };
}

async function stopAll(): Promise<void> {
  for (const server of servers) await server.stop();
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));

try {
  const results = await run();
  console.log(`\n${report(results)}`);
  if (flags.json !== undefined)
    await writeFile(flags.json, `${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  await stopAll();
}
