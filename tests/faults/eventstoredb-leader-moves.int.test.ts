import { eventStoreDbLeaderMoves } from './scenarios/eventstoredb/leader-moves.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(eventStoreDbLeaderMoves);
