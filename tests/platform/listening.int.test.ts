import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { listen } from '../../src/platform/listening.js';
import { eventually } from '../event-store/support/waiting.js';
import { runSql } from '../http/support/database.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let proxy: TcpProxy;
/** What was heard; `undefined` for each new connection. */
let heard: (string | undefined)[];
let stop: () => Promise<void>;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.drop());

beforeEach(async () => {
  proxy = await TcpProxy.start(database.url);
  heard = [];
  stop = listen(proxy.url, 'news', (payload) => heard.push(payload), 200);
  await eventually('it listens', () => heard.length > 0);
});

afterEach(async () => {
  await stop();
  await proxy.stop();
});

const tell = (payload: string): Promise<unknown> =>
  runSql(database.url, `NOTIFY news, '${payload}'`);

it('given a connection, when others notify, then it hears each payload', async () => {
  await tell('one');
  await tell('two');

  await eventually('both are heard', () => heard.length === 3);
  expect(heard).toEqual([undefined, 'one', 'two']);
});

it('given a connection that is cut, then it opens another, says so, and hears again', async () => {
  proxy.cut();
  await eventually('it listens again', () => heard.length === 2);

  await tell('after all');

  await eventually('it is heard', () => heard.length === 3);
  expect(heard).toEqual([undefined, undefined, 'after all']);
});

it('given a connection whose other side vanished without a word, then it opens another, and hears again', async () => {
  proxy.swallow();
  // What is said meanwhile is lost.
  await tell('into the void');
  await proxy.restore();
  await eventually('it listens again', () => heard.length === 2, 15_000);

  await tell('after all');

  await eventually('it is heard', () => heard.length === 3);
  expect(heard).toEqual([undefined, undefined, 'after all']);
}, 20_000);

it('given that it was stopped, when others notify, then nothing is heard', async () => {
  await stop();

  await tell('too late');

  expect(heard).toEqual([undefined]);
});
