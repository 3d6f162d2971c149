import { describe, jest } from '@jest/globals';
import {
  appendingConformance,
  eventStoreConformance,
} from './conformance/event-store-conformance.js';
import { type OpenedEventStore } from './conformance/subject.js';
import { keepingRecords } from './eventstoredb/keeping-records.js';
import { movingLogs } from './eventstoredb/moving-logs.js';
import { EventStoreDbLog } from './support/eventstoredb.js';
import { useDouble } from './support/use-eventstoredb-double.js';

jest.setTimeout(60_000);

const double = useDouble();

/** A server of that kind answers appends in two ways; which one, the client decides by what the server says it can. */
const withAppends = (batchAppend: boolean) => async (): Promise<OpenedEventStore> => {
  const served = await double().openLog({ batchAppend });
  const log = new EventStoreDbLog(served.url);
  return {
    store: log.open(),
    openAnother: () => Promise.resolve(log.open()),
    close: async () => {
      await log.close();
      await served.close();
    },
  };
};
eventStoreConformance('EventStoreDB with batch appends', withAppends(true));
appendingConformance('EventStoreDB without batch appends', withAppends(false));

/** The log need not be empty; what the suite appends stays in it. */
const realServer = process.env['EVENTSTORE_TEST_URL'];
if (realServer !== undefined)
  eventStoreConformance('The server at EVENTSTORE_TEST_URL', () => {
    const log = new EventStoreDbLog(realServer);
    return Promise.resolve({
      store: log.open(),
      openAnother: () => Promise.resolve(log.open()),
      close: () => log.close(),
    });
  });

describe('EventStoreDB', () => {
  keepingRecords(double);
  movingLogs(double);
});
