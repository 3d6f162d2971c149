import { openTransactions } from './scenarios/open-transactions.js';
import { losesNothing } from './support/in-short.js';

await losesNothing(openTransactions);
