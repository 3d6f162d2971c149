import { unsupervised } from '../../support/eventstoredb-adapter.js';
import { type Scenario } from '../scenario.js';
import { type DoubleFault, onDouble } from './on-double.js';

const fail: DoubleFault = (log) => log.breakSubscriptions();
const end: DoubleFault = (log) => log.endSubscriptions();
const silence: DoubleFault = (log) => log.silenceSubscriptions();

const name = 'eventstoredb-subscriptions-broken';

export const eventStoreDbSubscriptionsBroken: Scenario = {
  name,
  fault: 'subscriptions of EventStoreDB fail, end and fall silent',
  rounds: { short: 3, long: 12 },
  run: (rounds) => onDouble(name, { faults: [fail, end, silence], rounds }),
  control: {
    naivety: 'a subscription that nobody resumes',
    exposes: 'skipped',
    run: () => onDouble(name, { faults: [end], rounds: 1, readers: unsupervised, limitMs: 1_000 }),
  },
};
