import { jest } from '@jest/globals';
import { eventStoreConformance } from './conformance/event-store-conformance.js';
import { appendingInBatches } from './postgres/appending-in-batches.js';
import { keepingTheTable } from './postgres/keeping-the-table.js';
import { knowingEveryId } from './postgres/knowing-every-id.js';
import { losingConnections } from './postgres/losing-connections.js';
import { truncating } from './postgres/truncating.js';
import { PostgresLog } from './support/postgres.js';

jest.setTimeout(20_000);

eventStoreConformance('Postgres', async () => {
  const log = await PostgresLog.create();
  return {
    store: log.open(),
    openAnother: () => Promise.resolve(log.open()),
    close: () => log.close(),
  };
});

keepingTheTable();
knowingEveryId();
appendingInBatches();
losingConnections();
truncating();
