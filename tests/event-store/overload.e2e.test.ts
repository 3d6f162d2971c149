import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { tokens } from '../../src/composition/tokens.js';
import { EventStoreOverloaded } from '../../src/event-store/errors.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { connect } from '../../src/platform/postgres.js';
import { expectProblem } from '../http/support/problem.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { newStream, renamed } from './support/events.js';
import { outcome } from './support/waiting.js';

jest.setTimeout(30_000);

let app: TestApp;
let store: EventStore;
beforeAll(async () => {
  app = await startTestApp();
  store = app.application.container.get(tokens.eventStore);
});
afterAll(() => app.stop());

function createTag(name: string): ReturnType<TestApp['call']> {
  return app.call('POST', '/tags', { as: app.admin, body: { name } });
}

it('given more appends than may wait, when one more is sent, then it is a 503', async () => {
  const blocker = await connect(app.databaseUrl);
  await blocker.query('SELECT pg_advisory_lock(7310578001)');
  const waiting: Promise<unknown>[] = [];
  // Some of them are sent with the end of a turn, and then there is room again.
  for (let turn = 0; turn < 3; turn += 1) {
    for (let n = 0; n < 12_000; n += 1) waiting.push(store.append(newStream(), 'any', [renamed()]));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const settling = Promise.allSettled(waiting);

  const refused = await createTag('one too many');
  await blocker.end();

  const problem = expectProblem(refused, 503);
  expect(problem.detail).toMatch(/again/);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  const { losers } = outcome(await settling);
  expect(losers.length).toBeGreaterThan(0);
  for (const error of losers) expect(error).toBeInstanceOf(EventStoreOverloaded);
  expect((await createTag('back to normal')).status).toBe(201);
});
