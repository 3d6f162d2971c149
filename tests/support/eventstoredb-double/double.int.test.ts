import { afterAll, afterEach, beforeAll, describe, jest } from '@jest/globals';
import { appending } from './specification/appending.js';
import { failing } from './specification/failing.js';
import { living } from './specification/living.js';
import { reading } from './specification/reading.js';
import { subscribing } from './specification/subscribing.js';
import { Workbench } from './specification/workbench.js';

jest.setTimeout(30_000);

/** What is relied on in the double, tried with the client that talks to real servers. */
describe('the double of EventStoreDB', () => {
  const bench = new Workbench();
  beforeAll(() => bench.start());
  afterEach(() => bench.clear());
  afterAll(() => bench.stop());

  appending(bench);
  reading(bench);
  subscribing(bench);
  failing(bench);
  living(bench);
});
