import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { type TableAdapter } from '../support/adapter.js';
import { makeCommitsHard } from '../support/hard-commits.js';
import { sequenced } from '../support/naive-adapter.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type Scenario } from './scenario.js';

export const racingWriters: Scenario = {
  name: 'racing-writers',
  fault: 'processes race, appends fail in the database, commits take long, and writers stall',
  rounds: { short: 4, long: 10 },
  run: (rounds) => race(postgres, rounds, ['second', 'third']),
  control: {
    naivety: 'positions from a sequence, and readers who ask for what is greater than the last one',
    exposes: 'skipped',
    run: () => race(sequenced, 2, []),
  },
};

async function race(
  adapter: TableAdapter,
  rounds: number,
  others: readonly string[],
): Promise<Report> {
  const database = await createTestDatabase();
  const stage = new Stage(adapter, database.url);
  stage.afterwards(() => database.drop());
  return stage.play(racingWriters.name, async ({ witness }) => {
    await makeCommitsHard(database.url, adapter.table);
    const options = { hardCommits: true };
    const old = witness.follow('reader', stage.open());
    stage.write(stage.open(), 6, options);
    for (const name of others) stage.writeInProcess(name, 6, options);
    await witness.acknowledges(100);
    for (let round = 0; round < rounds; round += 1) {
      witness.follow(`reader from ${round}`, stage.open(), old.checkpoint);
      old.resume();
      await witness.acknowledges(50);
      // Longer than a statement may take, each eighth time.
      await stall(database.url, round % 8 === 7 ? 4_500 : 150);
      await witness.recovers();
    }
  });
}

/** As a writer does that hangs between its number and its commit. */
async function stall(url: string, ms: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock(7310578001)');
    await sleep(ms);
  } finally {
    await client.end();
  }
}
