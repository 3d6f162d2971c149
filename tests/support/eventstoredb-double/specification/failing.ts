import { describe, expect, it } from '@jest/globals';
import {
  DeadlineExceededError,
  type EventStoreDBClient,
  NO_STREAM,
  NotLeaderError,
  UnavailableError,
  UnknownError,
} from '@eventstore/db-client';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, failure, within } from '../../../event-store/support/waiting.js';
import { all, happened, Heard, idsIn, type Workbench } from './workbench.js';

export function failing(bench: Workbench): void {
  const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
    promise.catch(() => undefined);
    return Promise.race([promise.then(() => false), sleep(100).then(() => true)]);
  };
  const append = (client: EventStoreDBClient, event = happened()): Promise<unknown> =>
    client.appendToStream('s', event, { expectedRevision: NO_STREAM });

  it('given a kill, when it is started anew, then what it acknowledged is there, where it was', async () => {
    const { log, client } = await bench.log();
    const event = happened();
    await append(client, event);
    const heard = new Heard(client.subscribeToAll());
    await heard.until('caughtUp');

    await bench.double.kill();
    await heard.until('error: unavailable');
    await bench.double.restart();

    expect(await idsIn(bench.client(log.url), 's')).toEqual([event.id]);
  });

  it('given a frozen log, or all of it, when it thaws, then it goes on', async () => {
    const [one, other] = [await bench.log(), await bench.log()];
    await one.log.freeze();
    const appending = append(one.client);
    expect(await isPending(appending)).toBe(true);
    await append(other.client);
    await one.log.thaw();
    await appending;

    bench.double.freeze();
    const reading = idsIn(other.client, 's');
    expect(await isPending(reading)).toBe(true);
    bench.double.thaw();
    expect(await reading).toHaveLength(1);
  });

  it('given no connections, when they are accepted again, then all is as before', async () => {
    const { log, client } = await bench.log();
    await append(client);
    await log.refuseConnections();
    expect(await failure(idsIn(client, 's'))).toBeInstanceOf(UnavailableError);
    await log.acceptConnections();
    expect(await idsIn(client, 's')).toHaveLength(1);
  });

  it('given slow appends, when the time is up, then it says so, and carries them out yet', async () => {
    const { log, client } = await bench.log();
    await log.slow(200);
    const begun = performance.now();
    await client.appendToStream('s', happened());
    expect(performance.now() - begun).toBeGreaterThanOrEqual(199);
    const { log: other, client: impatient } = await bench.log();
    await other.slow(1200);
    const late = impatient.appendToStream('s', happened(), { deadline: 700 });
    expect(await failure(late)).toBeInstanceOf(DeadlineExceededError);
    const carriedOut = async (): Promise<boolean> => (await all(impatient.readAll())).length > 1;
    await eventually('the append is carried out', carriedOut);
  });

  describe.each([
    ['BatchAppend', true],
    ['Append', false],
  ])('an append by %s', (_name, batchAppend) => {
    it('given a lost reply, when repeated, then it was carried out once', async () => {
      const { log, client } = await bench.log({ batchAppend });
      await log.loseReplies(1);
      const event = happened();
      expect(await isPending(append(client, event))).toBe(true);
      await append(client, event);
      expect(await idsIn(client, 's')).toEqual([event.id]);
    });

    it('given a torn reply, when read, then it was carried out', async () => {
      const { log, client } = await bench.log({ batchAppend });
      await log.tearReplies(1);
      const event = happened();
      expect(await failure(append(client, event))).toBeInstanceOf(UnavailableError);
      expect(await idsIn(client, 's')).toEqual([event.id]);
    });

    it.each(['tooBusy', 'notReady'] as const)(
      'given it is %s, when appended, then it is refused once',
      async (why) => {
        const { log, client } = await bench.log({ batchAppend });
        await log[why](1);
        const error = await failure(append(client));
        expect(error).toBeInstanceOf(batchAppend ? UnknownError : UnavailableError);
        if (batchAppend) expect(error).toMatchObject({ code: undefined });
        const words = why === 'tooBusy' ? 'Busy' : 'Not Ready';
        expect(error).toMatchObject({ message: expect.stringContaining(words) });
        await append(client);
      },
    );
  });

  it('given subscriptions, when broken, ended or silenced, then that is what they are', async () => {
    const { log, client } = await bench.log();
    const subscribed = async (): Promise<Heard> => {
      const heard = new Heard(client.subscribeToAll());
      await heard.until('caughtUp');
      return heard;
    };
    const silent = await subscribed();
    await log.silenceSubscriptions();
    const heard = await subscribed();
    const event = happened();
    await append(client, event);
    await heard.until(event.id);
    expect(silent.said.at(-1)).toBe('caughtUp');

    await log.endSubscriptions();
    await heard.until('end');
    const broken = await subscribed();
    await log.breakSubscriptions();
    await broken.until('error: unavailable');
  });

  it('given the leader moves, when somebody wants it, then they are told where it is', async () => {
    const { log, client } = await bench.log({ nodes: 2 });
    const wanting = { requiresLeader: true };
    await client.appendToStream('s', happened(), wanting);
    const follower = bench.client(log.nodeUrl(1));
    await follower.appendToStream('s', happened());
    expect(await idsIn(follower, 's')).toHaveLength(2);

    await log.moveLeader();
    const error = await failure(client.appendToStream('s', happened(), wanting));
    expect(error).toBeInstanceOf(NotLeaderError);
    expect(error).toMatchObject({ leader: { address: '127.0.0.1', port: log.ports[1] } });
    await client.appendToStream('s', happened(), wanting);
    await log.refuseConnections(0);
    expect(await idsIn(bench.client(log.url), 's')).toHaveLength(3);
    await within(5000, 'a read', idsIn(client, 's'));
  });
}
