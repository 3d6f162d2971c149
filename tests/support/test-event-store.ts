import { type DoubleLog, EventStoreDbDouble } from './eventstoredb-double/eventstoredb-double.js';

/** Where an app under test keeps its events. */
export interface TestEventStore {
  /** For `EVENT_STORE_URL`; `undefined`: beside the read models. */
  readonly url: string | undefined;
  giveBack(): Promise<void>;
}

/**
 * With `TEST_EVENT_STORE=double`, a log at a double of EventStoreDB, which runs for as long as there is any. Apps on one
 * database share one.
 */
export async function borrowEventStore(databaseUrl: string): Promise<TestEventStore> {
  if (process.env['TEST_EVENT_STORE'] !== 'double')
    return { url: undefined, giveBack: () => Promise.resolve() };
  const database = new URL(databaseUrl).pathname;
  const shared = logs.get(database) ?? { log: openLog(), borrowers: 0 };
  logs.set(database, shared);
  shared.borrowers += 1;
  const { url } = await shared.log;
  return { url, giveBack: () => giveBack(database, shared) };
}

interface SharedLog {
  readonly log: Promise<DoubleLog>;
  borrowers: number;
}

const logs = new Map<string, SharedLog>();
let double: Promise<EventStoreDbDouble> | undefined;

async function openLog(): Promise<DoubleLog> {
  double ??= EventStoreDbDouble.start();
  return (await double).openLog();
}

async function giveBack(database: string, shared: SharedLog): Promise<void> {
  shared.borrowers -= 1;
  if (shared.borrowers > 0) return;
  logs.delete(database);
  await (await shared.log).close();
  if (logs.size > 0 || double === undefined) return;
  const stopping = double;
  double = undefined;
  await (await stopping).stop();
}
