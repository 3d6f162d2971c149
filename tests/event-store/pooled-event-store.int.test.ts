import { jest } from '@jest/globals';
import { migrate } from '../../src/platform/migrations.js';
import { describeBehindPgBouncer, PgBouncer } from '../support/pgbouncer.js';
import { createTestDatabase } from '../support/test-database.js';
import { eventStoreConformance } from './conformance/event-store-conformance.js';
import { InMemoryPersonKeys } from './support/in-memory-person-keys.js';
import { openPostgresEventStore } from './support/postgres.js';

jest.setTimeout(20_000);

describeBehindPgBouncer('Behind PgBouncer in transaction mode', () => {
  eventStoreConformance('Postgres', async () => {
    const database = await createTestDatabase();
    const bouncer = await PgBouncer.start(database.url);
    await migrate(bouncer.url, 'up');
    const keys = new InMemoryPersonKeys();
    const closing: (() => Promise<void>)[] = [];
    const open = (): ReturnType<typeof openPostgresEventStore>['store'] => {
      const { store, close } = openPostgresEventStore(bouncer.url, keys);
      closing.push(close);
      return store;
    };
    return {
      store: open(),
      openAnother: () => Promise.resolve(open()),
      close: async () => {
        for (const close of closing) await close();
        await bouncer.stop();
        await database.drop();
      },
    };
  });
});
