export { EventStoreDbEventStore } from './eventstoredb-event-store.js';
export { reachEventStoreDb } from './reach.js';
