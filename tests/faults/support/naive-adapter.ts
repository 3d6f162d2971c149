import { runSql } from '../../http/support/database.js';
import { type TableAdapter } from './adapter.js';
import { type Naivety, NaiveEventStore } from './naive-event-store.js';
import { readLogTable } from './postgres-adapter.js';

/** Positions come from a sequence, and readers ask for what is greater than the last one. */
export const sequenced = adapter('sequenced', { reads: 'greater', acknowledges: 'committed' });

/** The same, with readers who wait for all transactions that are older than an event's own. */
export const fenced = adapter('fenced', { reads: 'fenced', acknowledges: 'committed' });

/** Says it is done when it has begun. */
export const hasty = adapter('hasty', { reads: 'greater', acknowledges: 'sent' });

function adapter(name: string, naivety: Naivety): TableAdapter {
  return {
    name,
    table: 'naive.events',
    async prepare(url) {
      await runSql(url, schema);
    },
    async restored(url) {
      await runSql(url, `SELECT setval('naive.positions', max(position)) FROM naive.events`);
    },
    open(url) {
      const store = new NaiveEventStore(url, naivety);
      return { store, close: () => store.close() };
    },
    read: (url) => readLogTable(url, 'naive.events'),
  };
}

const schema = `
  CREATE SCHEMA naive;
  CREATE SEQUENCE naive.positions;
  CREATE TABLE naive.events (
    position    bigint  PRIMARY KEY,
    transaction xid8    NOT NULL DEFAULT pg_current_xact_id(),
    stream      text    NOT NULL,
    revision    bigint  NOT NULL,
    id          uuid    NOT NULL,
    data        json    NOT NULL,
    UNIQUE (stream, revision)
  )`;
