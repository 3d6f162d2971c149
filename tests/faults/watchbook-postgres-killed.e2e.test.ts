import { watchbookPostgresKilled } from './scenarios/watchbook-postgres-killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(watchbookPostgresKilled);
