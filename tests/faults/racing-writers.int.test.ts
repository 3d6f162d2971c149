import { racingWriters } from './scenarios/racing-writers.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(racingWriters);
