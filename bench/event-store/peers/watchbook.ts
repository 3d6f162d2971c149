import { pino } from 'pino';
import { PostgresPersonKeys } from '../../../src/accounts/person-keys.js';
import { EventCodec } from '../../../src/event-store/codec.js';
import { WrongExpectedRevision } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { connectionsTo } from '../../../src/event-store/postgres/connections.js';
import { PostgresEventStore } from '../../../src/event-store/postgres/postgres-event-store.js';
import { migrate } from '../../../src/platform/migrations.js';
import { createPool } from '../../../src/platform/postgres.js';
import { fillLog } from '../fill.js';
import { measureAppends } from '../load.js';
import { migrations } from '../paths.js';
import { measureReplay } from '../replay.js';
import { Conflict, type Peer, type PeerLog } from './peer.js';

export const watchbook: Peer = {
  prepare: (url) => migrate(url, 'up', undefined, migrations),
  append: (url, appends) => measureAppends(() => Promise.resolve(openLog(url)), appends),
  async fill(url, events) {
    const { store, close } = openEventStore(url);
    try {
      await fillLog(store, url, events);
    } finally {
      await close();
    }
  },
  async replay(url) {
    const { store, close } = openEventStore(url);
    try {
      return await measureReplay(async (read) => {
        for await (const { entries } of store.readAll()) read(entries.length);
      });
    } finally {
      await close();
    }
  },
};

function openLog(url: string): PeerLog {
  const { store, close } = openEventStore(url);
  return {
    async append(stream, expected, events) {
      try {
        await store.append(stream, expected === -1 ? 'no-stream' : expected, events);
      } catch (error) {
        if (error instanceof WrongExpectedRevision) throw new Conflict(error.actual);
        throw error;
      }
    },
    close,
  };
}

/** The event store as composition builds it. */
function openEventStore(url: string): {
  readonly store: EventStore;
  readonly close: () => Promise<void>;
} {
  const pool = createPool(url, 10, pino({ level: 'silent' }));
  const store = new PostgresEventStore({
    pool,
    codec: new EventCodec(new PostgresPersonKeys(pool)),
    ...connectionsTo(url),
  });
  return {
    store,
    async close() {
      await store.close();
      await pool.end();
    },
  };
}
