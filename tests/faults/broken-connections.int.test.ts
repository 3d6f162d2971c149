import { brokenConnections } from './scenarios/broken-connections.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(brokenConnections, 'side by side');
