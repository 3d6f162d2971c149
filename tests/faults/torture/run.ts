import { parseArgs } from 'node:util';
import { isClean, type Report, tableOf, total } from '../accounting/report.js';
import { allScenarios } from '../scenarios/all-scenarios.js';
import { type Scenario } from '../scenarios/scenario.js';
import { OwnPostgres } from '../support/own-postgres.js';

/**
 * The long form of all scenarios: each is run again and again for its share of the time, at least once, and its control
 * once. Prints the tables of docs/reliability.md; ends with 1 when anything was found, or a control was not.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, only: { type: 'string' } },
});
const minutes = Number(values.minutes);
const wanted = values.only?.split(',') ?? names();
const chosen = allScenarios.filter(({ name }) => wanted.includes(name));
if (!(minutes >= 0) || chosen.length < wanted.length)
  throw new Error(`npm run torture -- [--minutes n] [--only name,…]; names: ${names().join(', ')}`);

const server = await OwnPostgres.start({ max_connections: '200' });
process.env['TEST_DATABASE_ADMIN_URL'] = server.url;
try {
  process.exitCode = (await torture()) ? 0 : 1;
} finally {
  await server.stop();
}

async function torture(): Promise<boolean> {
  const reports: Report[] = [];
  const controls: string[][] = [];
  let isAsPromised = true;
  for (const scenario of chosen) {
    const { name, control } = scenario;
    const obstacle = await scenario.impossible?.();
    if (obstacle !== undefined) {
      say(`${name} was not tried: ${obstacle}`);
      continue;
    }
    say(`\n${name}: ${scenario.fault}`);
    const report = await again(scenario, (minutes * 60_000) / chosen.length);
    reports.push(report);
    const found = (await control.run())[control.exposes];
    controls.push([name, control.naivety, control.exposes, String(found)]);
    isAsPromised &&= isClean(report) && found > 0;
    say([tableOf([report]), ...report.examples].join('\n'));
    say(`${found} ${control.exposes}, with ${control.naivety}`);
  }
  console.log(`\n${tableOf(reports)}\n`);
  for (const cells of [
    ['scenario', 'control', 'must find', 'found'],
    ['---', '---', '---', '---:'],
    ...controls,
  ])
    console.log(`| ${cells.join(' | ')} |`);
  return isAsPromised;
}

/** For so long, and at least once. */
async function again({ run, rounds }: Scenario, forMs: number): Promise<Report> {
  const until = performance.now() + forMs;
  let sum = await run(rounds.long);
  while (performance.now() < until) sum = total([sum, await run(rounds.long)]);
  return sum;
}

function names(): string[] {
  return allScenarios.map(({ name }) => name);
}

/** Beside the tables. */
function say(text: string): void {
  console.error(text);
}
