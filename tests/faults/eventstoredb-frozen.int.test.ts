import { eventStoreDbFrozen } from './scenarios/eventstoredb/frozen.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbFrozen);
