import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { expectProblem } from '../http/support/problem.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { type Answer, startTestApp, type TestApp } from '../support/test-app.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

jest.setTimeout(60_000);

const recoveryMs = 10_000;

let database: TestDatabase;
let proxy: TcpProxy;
let app: TestApp;
beforeAll(async () => {
  database = await createTestDatabase();
  proxy = await TcpProxy.start(database.url);
  app = await startTestApp({ DATABASE_URL: proxy.url });
});
afterAll(async () => {
  await proxy.stop();
  await app.stop();
  await database.drop();
});

const query = (): Promise<Answer> => app.call('GET', '/tags', { as: app.admin });
/** More than there are connections. */
const crowd = (): Promise<Answer[]> => Promise.all(Array.from({ length: 40 }, query));

describe('readers, when the database falls silent', () => {
  test('given every connection is in use, when it is back, then there is room for all again', async () => {
    await crowd();
    proxy.swallow();
    for (const answer of await crowd()) expectProblem(answer, 503);

    await proxy.restore();
    const deadline = performance.now() + recoveryMs;
    let statuses = (await crowd()).map(({ status }) => status);
    while (statuses.some((status) => status !== 200) && performance.now() < deadline)
      statuses = (await crowd()).map(({ status }) => status);

    expect(statuses).toEqual(statuses.map(() => 200));
  });
});
