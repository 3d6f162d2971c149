import { eventStoreDbFrozen } from './scenarios/eventstoredb/frozen.js';
import { eventStoreDbKilled } from './scenarios/eventstoredb/killed.js';
import { eventStoreDbLeaderMoves } from './scenarios/eventstoredb/leader-moves.js';
import { eventStoreDbRepliesLost } from './scenarios/eventstoredb/replies-lost.js';
import { eventStoreDbSubscriptionsBroken } from './scenarios/eventstoredb/subscriptions-broken.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbKilled);
await losesNothing(eventStoreDbFrozen);
await losesNothing(eventStoreDbLeaderMoves);
await losesNothing(eventStoreDbRepliesLost);
await losesNothing(eventStoreDbSubscriptionsBroken);
