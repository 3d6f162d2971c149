import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  ANY,
  type AppendExpectedRevision,
  binaryEvent,
  DeadlineExceededError,
  type EventStoreDBClient,
  MaxAppendSizeExceededError,
  NO_STREAM,
  STREAM_EXISTS,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { failure } from '../../../event-store/support/waiting.js';
import { all, happened, idsIn, several, type Workbench } from './workbench.js';

export function appending(bench: Workbench): void {
  describe.each([
    ['BatchAppend', true],
    ['Append', false],
  ])('appending by %s', (_name, batchAppend) => {
    let client: EventStoreDBClient;
    beforeEach(async () => {
      ({ client } = await bench.log({ batchAppend }));
    });

    it('given events, when appended, then they are numbered from 0, and it says where the last stands', async () => {
      const first = await client.appendToStream('s', several(3), { expectedRevision: NO_STREAM });
      const second = await client.appendToStream('s', happened(), { expectedRevision: 2n });
      expect([first.nextExpectedRevision, second.nextExpectedRevision]).toEqual([2n, 3n]);
      const read = await all(client.readStream('s'));
      expect(read.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n, 3n]);
      expect(read.at(2)?.event?.position).toEqual(first.position);
      expect(read.at(3)?.event?.position).toEqual(second.position);
    });

    it.each([
      ['no stream', NO_STREAM],
      ['an earlier revision', 0n],
      ['a later revision', 7n],
    ] as const)(
      'given two events, when %s is expected, then it is refused',
      async (_what, expectedRevision) => {
        await client.appendToStream('s', several(2));
        const error = await failure(client.appendToStream('s', happened(), { expectedRevision }));
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
        expect(error).toMatchObject({
          streamName: 's',
          expectedVersion: expectedRevision,
          actualVersion: 1n,
        });
      },
    );

    it.each<AppendExpectedRevision>([STREAM_EXISTS, 0n])(
      'given no stream, when %s is expected, then it is refused',
      async (expectedRevision) => {
        const error = await failure(client.appendToStream('s', happened(), { expectedRevision }));
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
        expect(error).toMatchObject({ actualVersion: 'no_stream' });
      },
    );

    it.each([
      ['no stream', NO_STREAM],
      ['any', ANY],
    ] as const)(
      'given events after it, when repeated with %s, then the answer is that of the first time',
      async (_what, expectedRevision) => {
        const events = several(2);
        const first = await client.appendToStream('s', events, { expectedRevision });
        await client.appendToStream('s', happened());
        const again = await client.appendToStream('s', events, { expectedRevision });
        expect(again).toEqual(first);
        expect(await idsIn(client, 's')).toHaveLength(3);
      },
    );

    it('given a revision, when repeated after it, then the answer is that of the first time', async () => {
      await client.appendToStream('s', happened());
      const events = several(2);
      const first = await client.appendToStream('s', events, { expectedRevision: 0n });
      expect(await client.appendToStream('s', events, { expectedRevision: 0n })).toEqual(first);
    });

    it.each([
      ['no stream', NO_STREAM],
      ['any', ANY],
    ] as const)(
      'given the first half, when the whole is sent with %s, then it is refused',
      async (_what, expectedRevision) => {
        const event = happened();
        await client.appendToStream('s', event);
        const half = [event, happened()];
        const error = await failure(client.appendToStream('s', half, { expectedRevision }));
        expect(error).toBeInstanceOf(WrongExpectedVersionError);
        expect(await idsIn(client, 's')).toEqual([event.id]);
      },
    );

    it('given more than a mebibyte, when appended, then it is refused', async () => {
      const events = [
        happened({ text: 'x'.repeat(700_000) }),
        happened({ text: 'x'.repeat(400_000) }),
      ];
      const error = await failure(client.appendToStream('s', events));
      expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
      expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 });
    });

    it('given bytes and metadata, when read, then they are as they were, with the time', async () => {
      const data = Uint8Array.from([0, 255, 10]);
      const before = Date.now();
      await client.appendToStream('s', [
        binaryEvent({ type: 'bytes', data, metadata: Uint8Array.from([7]) }),
        { ...happened({ ä: '✓' }), metadata: { who: 'me' } },
      ]);
      const [bytes, json] = await all(client.readStream('s'));
      expect(bytes?.event).toMatchObject({ isJson: false, data, metadata: Uint8Array.from([7]) });
      expect(json?.event).toMatchObject({ data: { ä: '✓' }, metadata: { who: 'me' } });
      const created = json?.event?.created.getTime() ?? 0;
      expect(created).toBeGreaterThanOrEqual(before);
      expect(created).toBeLessThanOrEqual(Date.now());
    });
  });

  it('given a restart, when repeated, then only appends that expected a revision are known', async () => {
    const { log, client } = await bench.log();
    const [loose, exact] = [happened(), happened()];
    await client.appendToStream('loose', loose);
    await client.appendToStream('exact', exact, { expectedRevision: NO_STREAM });

    await bench.double.kill();
    await bench.double.restart();

    const again = bench.client(log.url);
    await again.appendToStream('loose', loose);
    await again.appendToStream('exact', exact, { expectedRevision: NO_STREAM });
    expect(await idsIn(again, 'loose')).toEqual([loose.id, loose.id]);
    expect(await idsIn(again, 'exact')).toEqual([exact.id]);
  });

  it('given any credentials, when appended, then they do not matter', async () => {
    const { log } = await bench.log();
    const client = bench.client(log.url.replace('esdb://', 'esdb://somebody:secret@'));
    const credentials = { username: 'somebody', password: 'else' };
    await client.appendToStream('s', happened());
    await client.appendToStream('s', happened(), { credentials });
    expect(await idsIn(client, 's')).toHaveLength(2);
  });

  it('given a deadline that is past, when appended, then it is refused', async () => {
    const { client } = await bench.log();
    const late = client.appendToStream('s', happened(), { deadline: -1000 });
    expect(await failure(late)).toBeInstanceOf(DeadlineExceededError);
  });
}
