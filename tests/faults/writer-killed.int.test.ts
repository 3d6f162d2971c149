import { writerKilled } from './scenarios/writer-killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(writerKilled);
