import { eventStoreDbSubscriptionsBroken } from './scenarios/eventstoredb/subscriptions-broken.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbSubscriptionsBroken);
