import { startTestApp } from '../../support/test-app.js';
import { type Report } from '../accounting/report.js';
import { Api } from '../support/api.js';
import { HttpStage } from '../support/http-stage.js';
import { OwnPostgres, type Victims } from '../support/own-postgres.js';
import { type Scenario } from './scenario.js';

export const watchbookPostgresKilled: Scenario = {
  name: 'watchbook-postgres-killed',
  fault: 'PostgreSQL is killed below a Watchbook in use, again and again',
  rounds: { short: 3, long: 6 },
  run: (rounds) => killBelow(rounds, {}),
  control: {
    naivety: 'commits that do not wait for the disk',
    exposes: 'lost',
    run: () => killBelow(1, { synchronous_commit: 'off', wal_writer_delay: '10s' }, 3_000),
  },
};

const victims: readonly Victims[] = ['all processes', 'the server', 'a backend'];

async function killBelow(
  rounds: number,
  settings: Readonly<Record<string, string>>,
  limitMs?: number,
): Promise<Report> {
  const stage = new HttpStage();
  try {
    const server = await OwnPostgres.start(settings);
    stage.afterwards(() => server.stop());
    const app = await startTestApp({ DATABASE_URL: server.url });
    stage.afterwards(() => app.stop());
    // Neither the schema nor the first user is to be lost, whatever the settings.
    await server.run('CHECKPOINT');

    const api = new Api(app.url, app.admin.token);
    stage.follow(server.url);
    stage.use(api, 6);
    for (let round = 0; round < rounds; round += 1) {
      await stage.witness.acknowledges(60);
      await server.kill(victims[round % victims.length] ?? 'the server');
      await stage.witness.recovers(limitMs);
    }
    return await stage.report(watchbookPostgresKilled.name, server.url, api, limitMs);
  } finally {
    await stage.end();
  }
}
