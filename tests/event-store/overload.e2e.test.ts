import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { tokens } from '../../src/composition/tokens.js';
import { EventStoreOverloaded } from '../../src/event-store/errors.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { connect } from '../../src/platform/postgres.js';
import { newStream, renamed } from './support/events.js';
import { eventually } from './support/waiting.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { expectProblem } from '../http/support/problem.js';

jest.setTimeout(60_000);

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

/** More appends in each turn of the event loop than ever leave the queue, until it is stopped. */
class Flood {
  refused = 0;
  private isStopped = false;
  private readonly appends = new Set<Promise<void>>();
  private readonly pouring = this.pour();

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.pouring;
    await Promise.all(this.appends);
  }

  private async pour(): Promise<void> {
    while (!this.isStopped) {
      for (let n = 0; n < 100; n += 1) this.append();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private append(): void {
    const append = store
      .append(newStream(), 'any', [renamed()])
      .then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof EventStoreOverloaded) this.refused += 1;
        },
      )
      .finally(() => this.appends.delete(append));
    this.appends.add(append);
  }
}

it('given more appends than may wait, when a command comes, then it is a 503, and later works', async () => {
  const blocker = await connect(app.databaseUrl, { timeoutMs: 0 });
  await blocker.query('SELECT pg_advisory_lock(7310578001)');
  const flood = new Flood();
  await eventually('no more may wait', () => flood.refused > 0);

  const refused = await createTag('one too many');

  await blocker.end();
  await flood.stop();
  const problem = expectProblem(refused, 503);
  expect(problem.detail).toMatch(/again/);
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await createTag('back to normal')).status).toBe(201);
});
