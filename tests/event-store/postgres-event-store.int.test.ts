import { jest } from '@jest/globals';
import { eventStoreConformance } from './conformance/event-store-conformance.js';
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
