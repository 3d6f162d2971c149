import { movedLog } from './scenarios/moved-log.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(movedLog);
