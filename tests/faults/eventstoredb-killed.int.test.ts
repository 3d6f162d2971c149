import { eventStoreDbKilled } from './scenarios/eventstoredb/killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbKilled);
