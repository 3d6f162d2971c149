import { postgresKilled } from './scenarios/postgres-killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(postgresKilled);
