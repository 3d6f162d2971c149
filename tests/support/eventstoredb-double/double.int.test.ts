import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type DoubleLog, EventStoreDbDouble } from './eventstoredb-double.js';

let double: EventStoreDbDouble;
let log: DoubleLog;

beforeAll(async () => {
  double = await EventStoreDbDouble.start();
  log = await double.openLog();
});
afterAll(() => double.stop());

it('keeps what it has acknowledged, through a kill', async () => {
  const client = EventStoreDBClient.connectionString(log.url);
  const event = jsonEvent({ type: 'happened', data: { what: 'this' } });
  await client.appendToStream('stream', event, { expectedRevision: 'no_stream' });

  await double.kill();
  await double.restart();

  const again = EventStoreDBClient.connectionString(log.url);
  const ids: unknown[] = [];
  for await (const read of again.readStream('stream')) ids.push(read.event?.id);
  expect(ids).toEqual([event.id]);
  await again.dispose();
  await client.dispose();
});
