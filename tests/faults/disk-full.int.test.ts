import { diskFull } from './scenarios/disk-full.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(diskFull);
