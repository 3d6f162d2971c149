import { Client } from 'pg';
import { type Report } from '../accounting/report.js';
import { type Adapter } from '../support/adapter.js';
import { fenced } from '../support/naive-adapter.js';
import { OwnPostgres } from '../support/own-postgres.js';
import { postgres } from '../support/postgres-adapter.js';
import { Stage } from '../support/stage.js';
import { type Scenario } from './scenario.js';

export const openTransactions: Scenario = {
  name: 'open-transactions',
  fault: 'transactions stay open: in another database, in the same one, prepared and forgotten',
  rounds: { short: 3, long: 9 },
  run: (rounds) => leaveOpen(postgres, rounds),
  control: {
    naivety: 'readers who wait for all transactions that are older than an event',
    exposes: 'skipped',
    run: () => leaveOpen(fenced, 1, 1_000),
  },
};

/** Each has a transaction id, and so holds back whoever counts them. */
const kinds = [
  { database: 'elsewhere', begin: 'BEGIN', end: '' },
  { database: 'watchbook', begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ', end: '' },
  { database: 'watchbook', begin: 'BEGIN', end: 'PREPARE TRANSACTION' },
];

/** All of them are open until readers have come to the end. */
async function leaveOpen(adapter: Adapter, rounds: number, limitMs?: number): Promise<Report> {
  const server = await OwnPostgres.start({
    max_prepared_transactions: '100',
    max_connections: '200',
  });
  const stage = new Stage(adapter, server.url);
  stage.afterwards(() => server.stop());
  const happen = async ({ witness }: Stage): Promise<void> => {
    await server.run('CREATE DATABASE elsewhere');
    const reader = witness.follow('reader', stage.open());
    stage.write(stage.open(), 6);
    await witness.acknowledges(50);
    for (let round = 0; round < rounds; round += 1) {
      const holder = await open(server, round);
      stage.afterwards(() => holder.end());
      witness.follow(`reader from ${round}`, stage.open(), reader.checkpoint);
      await witness.acknowledges(50);
      await witness.recovers(limitMs);
    }
  };
  return stage.play(openTransactions.name, happen, limitMs);
}

async function open(server: OwnPostgres, round: number): Promise<Client> {
  const kind = kinds[round % kinds.length];
  const client = new Client({ connectionString: await server.superuserUrl(kind?.database) });
  await client.connect();
  await client.query(`${kind?.begin ?? 'BEGIN'}; SELECT pg_current_xact_id()`);
  if (kind?.end) await client.query(`${kind.end} 'forgotten ${round}'`);
  return client;
}
