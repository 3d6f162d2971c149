import { setTimeout as sleep } from 'node:timers/promises';
import { unsupervised } from '../../support/eventstoredb-adapter.js';
import { type Scenario } from '../scenario.js';
import { type DoubleFault, onDouble } from './on-double.js';

const kill: DoubleFault = async (_log, double) => {
  await double.kill();
  await double.restart();
};

const cut: DoubleFault = (log) => log.cut();

const refuse: DoubleFault = async (log) => {
  await log.refuseConnections();
  await sleep(300);
  await log.acceptConnections();
};

const name = 'eventstoredb-killed';

export const eventStoreDbKilled: Scenario = {
  name,
  fault: 'EventStoreDB is killed, cuts connections and refuses them',
  rounds: { short: 3, long: 6 },
  run: (rounds) => onDouble(name, { faults: [kill, cut, refuse], rounds }),
  control: {
    naivety: 'a subscription that nobody resumes',
    exposes: 'skipped',
    run: () => onDouble(name, { faults: [kill], rounds: 1, readers: unsupervised, limitMs: 3_000 }),
  },
};
