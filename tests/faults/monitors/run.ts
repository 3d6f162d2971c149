import { parseArgs } from 'node:util';
import { type Fault, watchWithTwo } from './two-monitors.js';

/** The long form: `npm run torture:monitors -- --minutes 10 --services 500`. Ends with 1 when anything was lost or doubled. */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    services: { type: 'string', default: '500' },
  },
});
const intervalSeconds = 10;
const faults: Fault[] = [];
const cycle = ['nothing', 'a monitor is killed', 'nothing', 'PostgreSQL is killed'] as const;
const minutesOfEach = 1;
for (let n = 0; n < Number(values.minutes) / minutesOfEach; n += 1)
  faults.push(cycle[n % cycle.length] ?? 'nothing');

const account = await watchWithTwo(
  { services: Number(values.services), intervalSeconds, faults, quietMs: minutesOfEach * 45_000 },
  (line) => console.error(line),
);
for (const [what, count] of Object.entries(account)) console.log(`| ${what} | ${String(count)} |`);
const { checkedTwice, lostChanges, doubledChanges, lostNotifications } = account;
if (checkedTwice + lostChanges + doubledChanges + lostNotifications > 0) process.exitCode = 1;
