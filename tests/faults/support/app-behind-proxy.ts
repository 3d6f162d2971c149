import { afterAll, beforeAll } from '@jest/globals';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { createTestDatabase } from '../../support/test-database.js';

/** A Watchbook for the tests of one file, and what stands between it and its database. */
export function useAppBehindProxy(): { readonly app: TestApp; readonly proxy: TcpProxy } {
  let opened: { app: TestApp; proxy: TcpProxy } | undefined;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const database = await createTestDatabase();
    ends.push(() => database.drop());
    const proxy = await TcpProxy.start(database.url);
    const app = await startTestApp({ DATABASE_URL: proxy.url });
    // The proxy goes first: where it has fallen silent, nothing ends in good order.
    ends.push(
      () => app.stop(),
      () => proxy.stop(),
    );
    opened = { app, proxy };
  });
  afterAll(async () => {
    for (const end of ends.reverse()) await end();
  });

  const ready = (): { app: TestApp; proxy: TcpProxy } => {
    if (opened === undefined) throw new Error('Watchbook is there during the tests, not earlier');
    return opened;
  };
  return {
    get app() {
      return ready().app;
    },
    get proxy() {
      return ready().proxy;
    },
  };
}
