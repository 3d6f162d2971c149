import { unsupervised } from '../../support/eventstoredb-adapter.js';
import { type Scenario } from '../scenario.js';
import { type DoubleFault, onDouble } from './on-double.js';

/** The old leader is gone before it could answer. */
const failOver: DoubleFault = async (log) => {
  await log.tearReplies(1);
  await log.moveLeader();
};

const move: DoubleFault = (log) => log.moveLeader();

const name = 'eventstoredb-leader-moves';
const cluster = { nodes: 3 };

export const eventStoreDbLeaderMoves: Scenario = {
  name,
  fault: 'another node of EventStoreDB comes to lead, also in the middle of appends',
  rounds: { short: 3, long: 12 },
  run: (rounds) => onDouble(name, { faults: [move, failOver], rounds, log: cluster }),
  control: {
    naivety: 'a client that takes an unknown outcome for a failure',
    exposes: 'doubled',
    run: () =>
      onDouble(name, {
        faults: [(log) => log.tearReplies(5)],
        rounds: 1,
        writers: unsupervised,
        options: { repeats: 'with new ids' },
        log: cluster,
      }),
  },
};
