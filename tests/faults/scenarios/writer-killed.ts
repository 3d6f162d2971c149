import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { type Adapter } from '../support/adapter.js';
import { hasty } from '../support/naive-adapter.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { repeat } from '../support/writer.js';
import { type Scenario } from './scenario.js';

export const writerKilled: Scenario = {
  name: 'writer-killed',
  fault: 'processes are killed in the middle of their appends, and others repeat what was open',
  rounds: { short: 2, long: 8 },
  run: (rounds) => killWriters(postgres, rounds),
  control: {
    naivety: 'an acknowledgement when an append was sent',
    exposes: 'lost',
    run: () => killWriters(hasty, 1),
  },
};

async function killWriters(adapter: Adapter, rounds: number): Promise<Report> {
  const database = await createTestDatabase();
  const stage = new Stage(adapter, database.url);
  stage.afterwards(() => database.drop());
  return stage.play(writerKilled.name, async ({ witness }) => {
    const survivor = stage.open();
    witness.follow('reader beside writers', survivor);
    witness.follow('reader', stage.open());
    stage.write(survivor, 2);
    let next = stage.writeInProcess('mortal 0', 12, { pauseMs: 3 });
    for (let round = 0; round < rounds; round += 1) {
      const victim = next;
      next = stage.writeInProcess(`mortal ${round + 1}`, 12, { pauseMs: 3 });
      await victim.acknowledges(100);
      await sleep(Math.random() * 20);
      const killed = performance.now();
      const open = await victim.kill();
      // What nobody repeats stays unknown: it is there as a whole, or not at all.
      const repeated = open.filter((_, index) => index % 3 !== 0);
      await Promise.all(repeated.map((append) => repeat(survivor, append, witness.ledger.record)));
      await witness.recovers(undefined, killed);
    }
  });
}
