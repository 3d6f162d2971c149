import { watchbookConnectionsBroken } from './scenarios/watchbook-connections-broken.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(watchbookConnectionsBroken, 'side by side');
