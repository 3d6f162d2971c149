import { describe, jest } from '@jest/globals';
import { eventStoreConformance } from './conformance/event-store-conformance.js';
import { keepingRecords } from './eventstoredb/keeping-records.js';
import { movingLogs } from './eventstoredb/moving-logs.js';
import { EventStoreDbLog } from './support/eventstoredb.js';
import { useDouble } from './support/use-eventstoredb-double.js';

jest.setTimeout(60_000);

const double = useDouble();

/** A server of that kind answers appends in two ways; which one, the client decides by what the server says it can. */
for (const batchAppend of [true, false]) {
  const name = `EventStoreDB ${batchAppend ? 'with' : 'without'} batch appends`;

  eventStoreConformance(name, async () => {
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
  });
}

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
