import { subscriberKilled } from './scenarios/subscriber-killed.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(subscriberKilled);
