import { jest } from '@jest/globals';
import { EventCodec } from '../../src/event-store/codec.js';
import { PostgresStoredLog } from '../../src/event-store/postgres/stored-log.js';
import { createLogger } from '../../src/platform/logger.js';
import { createPool } from '../../src/platform/postgres.js';
import { storedLogConformance } from './conformance/stored-log-conformance.js';
import { InMemoryPersonKeys } from './support/in-memory-person-keys.js';
import { PostgresLog } from './support/postgres.js';

jest.setTimeout(30_000);

storedLogConformance('Postgres', () => {
  const closing: (() => Promise<unknown>)[] = [];
  return Promise.resolve({
    async openEmpty() {
      const log = await PostgresLog.create();
      const pool = createPool(log.url, 3, createLogger('silent'));
      closing.push(() => pool.end().then(() => log.close()));
      return new PostgresStoredLog('postgres', pool, new EventCodec(new InMemoryPersonKeys()));
    },
    async close() {
      for (const close of closing) await close();
    },
  });
});
