import { EventStoreDbLog } from '../../event-store/support/eventstoredb.js';
import { type LogEntry } from '../../../src/event-store/event-store.js';
import { type LogLine } from '../accounting/log-line.js';
import { type Adapter } from './adapter.js';
import { NaiveEventStoreDb } from './naive-eventstoredb.js';

/** Watchbook's event store on EventStoreDB. */
export const eventStoreDb: Adapter = {
  name: 'eventstoredb',
  prepare: () => Promise.resolve(),
  open(url) {
    const log = new EventStoreDbLog(url);
    return { store: log.open(), close: () => log.close() };
  },
  async read(url) {
    const { store, close } = eventStoreDb.open(url);
    try {
      const log: LogLine[] = [];
      for await (const { entries } of store.readAll()) log.push(...entries.map(toLine));
      return log;
    } finally {
      await close();
    }
  },
};

/** The client of EventStoreDB as it comes: nobody repeats what got lost on the way. */
export const unsupervised: Adapter = {
  ...eventStoreDb,
  name: 'unsupervised',
  open(url) {
    const store = new NaiveEventStoreDb(url);
    return { store, close: () => store.close() };
  },
};

function toLine(entry: LogEntry): LogLine {
  const { position, stream, revision, id } = entry;
  const isRenaming = entry.readable && entry.event.type === 'TagRenamed';
  return { position, stream, revision, id, mark: isRenaming ? entry.event.data.name : undefined };
}
