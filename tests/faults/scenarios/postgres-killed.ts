import { setTimeout as sleep } from 'node:timers/promises';
import { type Report } from '../accounting/report.js';
import { OwnPostgres, type Victims } from '../support/own-postgres.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type Scenario } from './scenario.js';

export const postgresKilled: Scenario = {
  name: 'postgres-killed',
  fault: 'PostgreSQL is killed in the middle of appends, again and again',
  rounds: { short: 3, long: 9 },
  run: (rounds) => killAgainAndAgain(rounds, {}),
  control: {
    naivety: 'commits that do not wait for the disk',
    exposes: 'lost',
    run: () => killAgainAndAgain(1, { synchronous_commit: 'off', wal_writer_delay: '10s' }, 2_000),
  },
};

const victims: readonly Victims[] = ['all processes', 'a backend', 'the server'];

async function killAgainAndAgain(
  rounds: number,
  settings: Readonly<Record<string, string>>,
  limitMs?: number,
): Promise<Report> {
  const server = await OwnPostgres.start(settings);
  const stage = new Stage(postgres, server.url);
  stage.afterwards(() => server.stop());
  const happen = async ({ witness }: Stage): Promise<void> => {
    // The schema itself is not to be lost, whatever the settings.
    await server.run('CHECKPOINT');
    const store = stage.open();
    const old = witness.follow('reader beside writers', store);
    witness.follow('reader', stage.open());
    stage.write(store, 6);
    stage.writeInProcess('second', 6);
    await witness.acknowledges(100);
    for (let round = 0; round < rounds; round += 1) {
      witness.follow(`reader from ${round}`, stage.open(), old.checkpoint);
      await witness.acknowledges(100);
      await sleep(Math.random() * 50);
      await server.kill(victims[round % victims.length] ?? 'the server');
      await witness.recovers(limitMs);
    }
  };
  return stage.play(postgresKilled.name, happen, limitMs);
}
