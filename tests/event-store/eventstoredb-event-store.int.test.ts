import { jest } from '@jest/globals';
import { EventStoreDbDouble } from '../support/eventstoredb-double/eventstoredb-double.js';
import { eventStoreConformance } from './conformance/event-store-conformance.js';
import { EventStoreDbLog } from './support/eventstoredb.js';

jest.setTimeout(20_000);

for (const batchAppend of [true, false])
  eventStoreConformance(
    `EventStoreDB ${batchAppend ? 'with' : 'without'} batch appends`,
    async () => {
      const double = await EventStoreDbDouble.start();
      const { url } = await double.openLog({ batchAppend });
      const log = new EventStoreDbLog(url);
      return {
        store: log.open(),
        openAnother: () => Promise.resolve(log.open()),
        close: async () => {
          await log.close();
          await double.stop();
        },
      };
    },
  );
