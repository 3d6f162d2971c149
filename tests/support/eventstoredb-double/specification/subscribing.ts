import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  type Filter,
  jsonEvent,
  type Position,
  START,
  streamNameFilter,
  StreamDeletedError,
} from '@eventstore/db-client';
import { failure } from '../../../event-store/support/waiting.js';
import { once } from 'node:events';
import { happened, Heard, several, type Workbench } from './workbench.js';

export function subscribing(bench: Workbench): void {
  let client: EventStoreDBClient;
  beforeEach(async () => {
    ({ client } = await bench.log());
  });

  describe('subscribing to a stream', () => {
    it('given a revision, when followed, then what is after it comes, old and new', async () => {
      const events = several(4);
      await client.appendToStream('s', events.slice(0, 3));
      const heard = new Heard(client.subscribeToStream('s', { fromRevision: 1n }));
      await heard.until('caughtUp');
      await client.appendToStream('other', happened());
      await client.appendToStream('s', events.slice(3));
      await heard.until(events[3]?.id);
      expect(heard.said).toEqual([events[2]?.id, 'caughtUp', events[3]?.id]);
    });

    it('given no stream, when followed, then it waits, or fails for a tombstone', async () => {
      const heard = new Heard(client.subscribeToStream('s'));
      await heard.until('caughtUp');
      const event = happened();
      await client.appendToStream('s', event);
      await heard.until(event.id);
      await client.tombstoneStream('s');
      const gone = once(client.subscribeToStream('s'), 'end');
      expect(await failure(gone)).toBeInstanceOf(StreamDeletedError);
    });
  });

  describe('subscribing to all', () => {
    it('given a position or the end, when followed, then what is after it comes', async () => {
      const events = several(3);
      await client.appendToStream('s', events[0] ?? []);
      const { position } = await client.appendToStream('s', events[1] ?? []);
      const after = new Heard(client.subscribeToAll({ fromPosition: position ?? START }));
      const live = new Heard(client.subscribeToAll({ fromPosition: END }));
      await after.until('caughtUp');
      await live.until('caughtUp');
      await client.appendToStream('s', events[2] ?? []);
      await after.until(events[2]?.id);
      await live.until(events[2]?.id);
      expect(after.said).toEqual(['caughtUp', events[2]?.id]);
      expect(live.said).toEqual(['caughtUp', events[2]?.id]);
    });

    it('given a position between two events, when followed, then it fails', async () => {
      await client.appendToStream('s', happened());
      const fromPosition = { commit: 1n, prepare: 1n };
      const heard = new Heard(client.subscribeToAll({ fromPosition }));
      await heard.until('error: unknown');
    });

    it.each<[string, Filter]>([
      ['a prefix of the stream', streamNameFilter({ prefixes: ['no-', 'wanted-'] })],
      ['an expression for the stream', streamNameFilter({ regex: '^want.*-1$' })],
      ['a prefix of the type', eventTypeFilter({ prefixes: ['want'] })],
      ['an expression for the type', eventTypeFilter({ regex: 'ted$' })],
    ])('given %s, when followed, then only that comes', async (_what, filter) => {
      const [wanted, unwanted] = ['wanted', 'un'].map((type) => jsonEvent({ type, data: {} }));
      await client.appendToStream('un-1', unwanted ?? []);
      await client.appendToStream('wanted-1', wanted ?? []);
      const heard = new Heard(client.subscribeToAll({ filter }));
      await heard.until('caughtUp');
      expect(heard.said).toEqual([wanted?.id, 'caughtUp']);
    });

    it('given nothing to send, when followed, then it tells now and then how far it has got', async () => {
      const events = several(100);
      await client.appendToStream('s', events.slice(0, 70));
      const checkpoints: Position[] = [];
      const filter = streamNameFilter({
        prefixes: ['nothing'],
        checkpointInterval: 2,
        checkpointReached: (_subscription, position) => {
          checkpoints.push(position);
          return Promise.resolve();
        },
      });
      const heard = new Heard(client.subscribeToAll({ filter }));
      await heard.until('caughtUp');
      // The event of the server stands before them.
      const position = async (n: number): Promise<unknown> => {
        const [read] = await new Promise<unknown[]>((resolve) => {
          const found: unknown[] = [];
          client
            .readStream('s', { fromRevision: BigInt(n), maxCount: 1 })
            .on('data', ({ event }) => found.push(event?.position))
            .on('end', () => resolve(found));
        });
        return read;
      };
      expect(checkpoints).toEqual([await position(62), await position(69)]);
    });
  });
}
