export { EventStoreDbEventStore } from './eventstoredb-event-store.js';
export { reachEventStoreDb } from './reach.js';
export { EventStoreDbStoredLog } from './stored-log.js';
