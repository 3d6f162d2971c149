import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../event-store/support/waiting.js';
import { runSql } from '../../http/support/database.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startTestApp } from '../../support/test-app.js';
import { createTestDatabase } from '../../support/test-database.js';
import { type Report } from '../accounting/report.js';
import { Api } from '../support/api.js';
import { HttpStage } from '../support/http-stage.js';
import { type HttpWriterOptions } from '../support/http-writer.js';
import { type Scenario } from './scenario.js';

export const watchbookConnectionsBroken: Scenario = {
  name: 'watchbook-connections-broken',
  fault: 'the connections of a Watchbook in use are cut, lose replies and fall silent',
  rounds: { short: 6, long: 12 },
  run: (rounds) => breakBelow([cut, cut, cut, cut, refuse, fallSilent], rounds, 6),
  control: {
    naivety: 'clients that repeat a request under a new Idempotency-Key',
    exposes: 'doubled',
    run: () => breakBelow([fallSilent], 1, 6, { keepsKeys: false }),
  },
};

/** @param isUnheard Whether something was done of which nobody heard. */
type Break = (proxy: TcpProxy, isUnheard: () => Promise<boolean>) => Promise<void>;

const cut: Break = (proxy) => {
  proxy.cut();
  return Promise.resolve();
};

const refuse: Break = async (proxy) => {
  await proxy.refuse();
  await sleep(300);
  await proxy.restore();
};

/** Appends happen, without an answer; and then nothing, for longer than anything is tried. */
const fallSilent: Break = async (proxy, isUnheard) => {
  proxy.loseRepliesTo('ServiceRegistered');
  await eventually('something is done, and nobody hears of it', isUnheard);
  proxy.swallow();
  await sleep(5_000);
  await proxy.restore();
};

const registrations = `SELECT count(*) FROM log.events WHERE type = 'ServiceRegistered'`;

async function breakBelow(
  breaks: readonly Break[],
  rounds: number,
  users: number,
  options: HttpWriterOptions = {},
): Promise<Report> {
  const stage = new HttpStage();
  try {
    const database = await createTestDatabase();
    stage.afterwards(() => database.drop());
    const proxy = await TcpProxy.start(database.url);
    stage.afterwards(() => proxy.stop());
    const app = await startTestApp({ DATABASE_URL: proxy.url });
    stage.afterwards(() => app.stop());

    const api = new Api(app.url, app.admin.token);
    const isUnheard = async (): Promise<boolean> => {
      const { ledger } = stage.witness;
      const heard = ledger.acknowledged;
      // Whoever is still to hear of something hears of it meanwhile.
      await sleep(500);
      const [log] = await runSql(database.url, registrations);
      return ledger.acknowledged === heard && Number(log?.['count']) > heard;
    };
    stage.follow(database.url);
    stage.use(api, users, options);
    for (let round = 0; round < rounds; round += 1) {
      await stage.witness.acknowledges(20);
      await breaks[round % breaks.length]?.(proxy, isUnheard);
      await stage.witness.recovers();
    }
    return await stage.report(watchbookConnectionsBroken.name, database.url, api);
  } finally {
    await stage.end();
  }
}
