import { eventStoreDbRepliesLost } from './scenarios/eventstoredb/replies-lost.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbRepliesLost);
