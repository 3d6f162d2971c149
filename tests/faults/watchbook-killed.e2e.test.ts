import { watchbookKilled } from './scenarios/watchbook-killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(watchbookKilled);
