import { afterAll, beforeAll } from '@jest/globals';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { PostgresLog } from './postgres.js';

/** A log for the tests of one `describe`, and a store on it. */
export function usePostgresLog(): { readonly log: PostgresLog; readonly store: EventStore } {
  let opened: { log: PostgresLog; store: EventStore } | undefined;
  beforeAll(async () => {
    const log = await PostgresLog.create();
    opened = { log, store: log.open() };
  });
  afterAll(() => opened?.log.close());

  const ready = (): { log: PostgresLog; store: EventStore } => {
    if (opened === undefined) throw new Error('The log is there during the tests, not earlier');
    return opened;
  };
  return {
    get log() {
      return ready().log;
    },
    get store() {
      return ready().store;
    },
  };
}
