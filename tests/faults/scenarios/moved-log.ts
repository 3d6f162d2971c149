import path from 'node:path';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { type Report } from '../accounting/report.js';
import { type TableAdapter } from '../support/adapter.js';
import { fenced } from '../support/naive-adapter.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type Scenario } from './scenario.js';

export const movedLog: Scenario = {
  name: 'moved-log',
  fault: 'the log is dumped, and restored into a fresh server',
  rounds: { short: 1, long: 2 },
  run: (rounds) => move(postgres, rounds),
  control: {
    naivety: 'readers who wait for all transactions that are older than an event',
    exposes: 'skipped',
    run: () => move(fenced, 1, 2_000),
  },
};

async function move(adapter: TableAdapter, rounds: number, limitMs?: number): Promise<Report> {
  const first = await OwnPostgres.start();
  const proxy = await TcpProxy.start(first.url);
  const stage = new Stage(adapter, proxy.url);
  stage.afterwards(() => first.stop());
  stage.afterwards(() => proxy.stop());
  const happen = async ({ witness }: Stage): Promise<void> => {
    let server = first;
    const reader = witness.follow('reader', stage.open());
    stage.write(stage.open(), 6);
    for (let round = 0; round < rounds; round += 1) {
      await witness.acknowledges(100);
      const checkpoint = reader.checkpoint;
      await witness.acknowledges(100);
      await proxy.refuse();
      const fresh = await restoreElsewhere(server, adapter);
      stage.afterwards(() => fresh.stop());
      proxy.leadTo(fresh.url);
      // It was away while the log was moved, and goes on where it was.
      witness.follow(`reader from ${round}`, stage.open(), checkpoint);
      await proxy.restore();
      await witness.recovers(limitMs);
      server = fresh;
    }
  };
  return stage.play(movedLog.name, happen, limitMs);
}

/** As a dump does it: the schema is made anew, and the rows are copied. */
async function restoreElsewhere(
  old: OwnPostgres,
  { table, ...adapter }: TableAdapter,
): Promise<OwnPostgres> {
  const fresh = await OwnPostgres.start({}, { password: await old.password() });
  await adapter.prepare(fresh.url);
  const dump = path.join(old.dataDir, 'postgres', 'events.dump');
  await old.run(`COPY ${table} TO '${dump}'`);
  await fresh.run(`COPY ${table} FROM '${dump}'`);
  await adapter.restored?.(fresh.url);
  return fresh;
}
