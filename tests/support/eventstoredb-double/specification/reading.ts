import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  jsonEvent,
  NO_STREAM,
  type Position,
  STREAM_EXISTS,
  StreamDeletedError,
  StreamNotFoundError,
  UnknownError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { failure } from '../../../event-store/support/waiting.js';
import { all, happened, idsIn, several, type Workbench } from './workbench.js';

export function reading(bench: Workbench): void {
  let client: EventStoreDBClient;
  beforeEach(async () => {
    ({ client } = await bench.log());
  });

  describe('reading a stream', () => {
    const revisions = async (range: object): Promise<unknown> =>
      (await all(client.readStream('s', range))).map(({ event }) => Number(event?.revision));

    it('given a revision, a direction and a count, when read, then those events come', async () => {
      await client.appendToStream('s', several(5));
      expect(await revisions({ fromRevision: 3n })).toEqual([3, 4]);
      expect(await revisions({ maxCount: 2 })).toEqual([0, 1]);
      expect(await revisions({ fromRevision: 5n })).toEqual([]);
      expect(await revisions({ direction: BACKWARDS, fromRevision: END })).toEqual([4, 3, 2, 1, 0]);
      const back = { direction: BACKWARDS, fromRevision: 3n, maxCount: 2 };
      expect(await revisions(back)).toEqual([3, 2]);
    });

    it('given no stream, when read, then it says so', async () => {
      expect(await failure(revisions({}))).toBeInstanceOf(StreamNotFoundError);
    });

    it('given metadata that hide events, when read, then they are hidden, though not in the log', async () => {
      await client.appendToStream('s', several(5));
      await client.setStreamMetadata('s', { maxCount: 3 });
      expect(await revisions({})).toEqual([2, 3, 4]);
      await client.setStreamMetadata('s', { truncateBefore: 4 });
      expect(await revisions({})).toEqual([4]);
      await client.setStreamMetadata('s', { maxAge: 0 });
      expect(await revisions({})).toEqual([]);
      const log = await all(client.readAll());
      expect(log.filter(({ event }) => event?.streamId === 's')).toHaveLength(5);
    });

    it('given links, when resolved, then the event comes, if it is there', async () => {
      const target = happened();
      await client.appendToStream('s', target);
      const link = (data: string): Parameters<EventStoreDBClient['appendToStream']>[1] => ({
        ...jsonEvent({ type: '$>', data: {} }),
        contentType: 'application/octet-stream',
        data: Buffer.from(data),
      });
      await client.appendToStream('links', link('0@s'));
      await client.appendToStream('links', link('1@s'));
      const [good, bad] = await all(client.readStream('links', { resolveLinkTos: true }));
      expect(good).toMatchObject({ link: { streamId: 'links' }, event: { id: target.id } });
      expect(bad).toMatchObject({ link: { streamId: 'links', revision: 1n } });
      expect(bad?.event).toBeUndefined();
    });
  });

  describe('reading all', () => {
    const positions = async (range: object): Promise<(Position | undefined)[]> =>
      (await all(client.readAll(range))).map(({ event }) => event?.position);

    it('given appends, when read, then there are gaps and events of the server, from 0 on', async () => {
      for (let n = 0; n < 20; n++) await client.appendToStream('s', happened());
      const read = await all(client.readAll());
      const at = read.map(({ event }) => Number(event?.position.commit));
      expect(at[0]).toBe(0);
      expect(
        at.every((position, index) => index === 0 || position > (at[index - 1] ?? 0) + 1),
      ).toBe(true);
      const own = read.map(({ event }) => event?.type.startsWith('$'));
      expect(own[0]).toBe(true);
      expect(own.slice(1, -1)).toContain(true);
    });

    it('given a start, when read, then it comes forwards, and not backwards', async () => {
      await client.appendToStream('s', several(3));
      const [zero, one, two, three] = await positions({});
      expect(await positions({ fromPosition: two })).toEqual([two, three]);
      expect(await positions({ fromPosition: two, maxCount: 1 })).toEqual([two]);
      expect(await positions({ direction: BACKWARDS, fromPosition: two })).toEqual([one, zero]);
      const last = { direction: BACKWARDS, fromPosition: END, maxCount: 1 };
      expect(await positions(last)).toEqual([three]);
    });

    it('given the start is no event, when read, then it fails, or there is nothing at the end', async () => {
      const { position } = await client.appendToStream('s', happened());
      const commit = position?.commit ?? 0n;
      const beyond = { commit: commit + 10_000n, prepare: commit + 10_000n };
      expect(await positions({ fromPosition: beyond })).toEqual([]);
      const between = { commit: commit - 1n, prepare: commit - 1n };
      const error = await failure(positions({ fromPosition: between }));
      expect(error).toBeInstanceOf(UnknownError);
      expect(error).toMatchObject({ message: expect.stringContaining('invalid position') });
    });

    it('given more than fits into a buffer, when read, then all comes', async () => {
      const large = Array.from({ length: 250 }, () => happened({ text: 'x'.repeat(4000) }));
      await client.appendToStream('s', large);
      expect(await positions({})).toHaveLength(251);
    });
  });

  describe('deleting a stream', () => {
    it('given it is deleted, when appended to, then it is back, and the numbers go on', async () => {
      await client.appendToStream('s', several(2));
      await client.deleteStream('s', { expectedRevision: 1n });
      expect(await failure(idsIn(client, 's'))).toBeInstanceOf(StreamNotFoundError);
      const exists = client.appendToStream('s', happened(), { expectedRevision: STREAM_EXISTS });
      expect(await failure(exists)).toBeInstanceOf(StreamDeletedError);

      const event = happened();
      const back = await client.appendToStream('s', event, { expectedRevision: NO_STREAM });
      expect(back.nextExpectedRevision).toBe(2n);
      expect(await idsIn(client, 's')).toEqual([event.id]);
    });

    it('given it is deleted, when an append is repeated, then there is no position', async () => {
      const event = happened();
      await client.appendToStream('s', event, { expectedRevision: NO_STREAM });
      await client.deleteStream('s');
      const again = await client.appendToStream('s', event, { expectedRevision: NO_STREAM });
      expect(again).toMatchObject({ nextExpectedRevision: 0n, position: undefined });
    });

    it('given another revision, when deleted, then it is refused', async () => {
      await client.appendToStream('s', several(2));
      const error = await failure(client.deleteStream('s', { expectedRevision: 0n }));
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ expectedVersion: 0n, actualVersion: 1n });
    });

    it('given a tombstone, when used, then it is gone for ever', async () => {
      await client.appendToStream('s', happened());
      const { position } = await client.tombstoneStream('s', { expectedRevision: 0n });
      for (const gone of [
        client.appendToStream('s', happened()),
        idsIn(client, 's'),
        client.deleteStream('s'),
      ]) {
        expect(await failure(gone)).toBeInstanceOf(StreamDeletedError);
      }
      const [last] = await all(
        client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }),
      );
      expect(last?.event).toMatchObject({
        type: '$streamDeleted',
        revision: 2n ** 63n - 1n,
        position,
      });
    });
  });
}
