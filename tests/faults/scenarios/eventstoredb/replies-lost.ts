import { unsupervised } from '../../support/eventstoredb-adapter.js';
import { type Scenario } from '../scenario.js';
import { type DoubleFault, onDouble } from './on-double.js';

const count = 5;
const lose: DoubleFault = (log) => log.loseReplies(count);
const tear: DoubleFault = (log) => log.tearReplies(count);
const duplicate: DoubleFault = (log) => log.duplicateReplies(20);
const tooBusy: DoubleFault = (log) => log.tooBusy(count);
const notReady: DoubleFault = (log) => log.notReady(count);

const name = 'eventstoredb-replies-lost';

export const eventStoreDbRepliesLost: Scenario = {
  name,
  fault: 'replies of EventStoreDB are lost, torn and doubled, and it refuses for being busy',
  rounds: { short: 5, long: 20 },
  run: (rounds) => onDouble(name, { faults: [lose, tear, duplicate, tooBusy, notReady], rounds }),
  control: {
    naivety: 'a client that takes an unknown outcome for a failure',
    exposes: 'doubled',
    run: () =>
      onDouble(name, {
        faults: [lose],
        rounds: 1,
        writers: unsupervised,
        options: { repeats: 'with new ids' },
      }),
  },
};
