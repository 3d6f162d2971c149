import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Watchbook } from '../../cli/support/watchbook.js';
import { eventually } from '../../event-store/support/waiting.js';
import { runSql } from '../../http/support/database.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { Api } from '../support/api.js';
import { HttpStage } from '../support/http-stage.js';
import { type HttpWriterOptions } from '../support/http-writer.js';
import { type Scenario } from './scenario.js';

export const watchbookKilled: Scenario = {
  name: 'watchbook-killed',
  fault: 'Watchbook is killed in the middle of requests, before it could answer them',
  rounds: { short: 1, long: 3 },
  run: (rounds) => killWatchbook(rounds),
  control: {
    naivety: 'clients that repeat a request under a new Idempotency-Key',
    exposes: 'doubled',
    run: () => killWatchbook(1, { keepsKeys: false }),
  },
};

const registrations = `SELECT count(*) FROM log.events WHERE type = 'ServiceRegistered'`;

async function killWatchbook(rounds: number, options: HttpWriterOptions = {}): Promise<Report> {
  const stage = new HttpStage();
  try {
    const database = await createTestDatabase();
    stage.afterwards(() => database.drop());
    const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-killed-'));
    stage.afterwards(() => rm(dataDir, { recursive: true }));
    const [email, password] = ['admin@example.org', 'the administrator'];
    const serve = (port: string): Watchbook =>
      new Watchbook(['serve'], {
        PORT: port,
        DATA_DIR: dataDir,
        DATABASE_URL: database.url,
        ADMIN_EMAIL: email,
        ADMIN_PASSWORD: password,
      });
    let watchbook = serve('0');
    stage.afterwards(() => watchbook.kill('SIGKILL'));
    const api = await Api.logIn(await watchbook.listens(), email, password);
    const proxy = await TcpProxy.start(api.url);
    stage.afterwards(() => proxy.stop());

    stage.follow(database.url);
    stage.use(api.at(new URL(proxy.url).origin), 6, options);
    for (let round = 0; round < rounds; round += 1) {
      await stage.witness.acknowledges(30);
      proxy.loseReplies();
      await eventually('something is done, and nobody hears of it', async () => {
        const [log] = await runSql(database.url, registrations);
        return Number(log?.['count']) > stage.witness.ledger.acknowledged;
      });
      await sleep(Math.random() * 50);
      const killed = performance.now();
      await watchbook.kill('SIGKILL');
      watchbook = serve(new URL(api.url).port);
      await stage.witness.recovers(undefined, killed);
    }
    return await stage.report(watchbookKilled.name, database.url, api);
  } finally {
    await stage.end();
  }
}
