import { setTimeout as sleep } from 'node:timers/promises';
import { unsupervised } from '../../support/eventstoredb-adapter.js';
import { type Scenario } from '../scenario.js';
import { type DoubleFault, onDouble } from './on-double.js';

/** As long as an append is tried, and longer. */
function freeze(ms: number): DoubleFault {
  return async (_log, double) => {
    double.freeze();
    await sleep(ms);
    double.thaw();
  };
}

const name = 'eventstoredb-frozen';

export const eventStoreDbFrozen: Scenario = {
  name,
  fault: 'EventStoreDB stands still, and goes on with what it has got',
  rounds: { short: 2, long: 4 },
  run: (rounds) => onDouble(name, { faults: [freeze(6_000), freeze(1_000)], rounds }),
  control: {
    naivety: 'a client that takes an unknown outcome for a failure',
    exposes: 'doubled',
    run: () =>
      onDouble(name, {
        faults: [freeze(2_000)],
        rounds: 1,
        writers: unsupervised,
        options: { repeats: 'with new ids' },
      }),
  },
};
