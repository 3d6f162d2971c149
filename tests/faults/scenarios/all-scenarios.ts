import { brokenConnections } from './broken-connections.js';
import { diskFull } from './disk-full.js';
import { eventStoreDbFrozen } from './eventstoredb/frozen.js';
import { eventStoreDbKilled } from './eventstoredb/killed.js';
import { eventStoreDbLeaderMoves } from './eventstoredb/leader-moves.js';
import { eventStoreDbRepliesLost } from './eventstoredb/replies-lost.js';
import { eventStoreDbSubscriptionsBroken } from './eventstoredb/subscriptions-broken.js';
import { movedLog } from './moved-log.js';
import { openTransactions } from './open-transactions.js';
import { postgresKilled } from './postgres-killed.js';
import { racingWriters } from './racing-writers.js';
import { type Scenario } from './scenario.js';
import { subscriberKilled } from './subscriber-killed.js';
import { watchbookConnectionsBroken } from './watchbook-connections-broken.js';
import { watchbookKilled } from './watchbook-killed.js';
import { watchbookPostgresKilled } from './watchbook-postgres-killed.js';
import { writerKilled } from './writer-killed.js';

/** In the order of docs/reliability.md. */
export const allScenarios: readonly Scenario[] = [
  racingWriters,
  postgresKilled,
  writerKilled,
  brokenConnections,
  diskFull,
  movedLog,
  openTransactions,
  subscriberKilled,
  watchbookKilled,
  watchbookPostgresKilled,
  watchbookConnectionsBroken,
  eventStoreDbKilled,
  eventStoreDbFrozen,
  eventStoreDbLeaderMoves,
  eventStoreDbRepliesLost,
  eventStoreDbSubscriptionsBroken,
];
