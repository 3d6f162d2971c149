import { afterEach, describe, expect, it } from '@jest/globals';
import { type LogBatch, type LogRange } from '../../../src/event-store/event-store.js';
import { deleted, ids, newStream, recolored, renamed, renames } from '../support/events.js';
import { Follower } from '../support/follower.js';
import { appendMany, inStreams, isRising, mark, readAll, readStream } from '../support/reading.js';
import { gate, within } from '../support/waiting.js';
import { type Subject } from './subject.js';

export function followingTheLog(subject: Subject): void {
  describe('following the log', () => {
    let followers: Follower[] = [];
    afterEach(async () => {
      const all = followers;
      followers = [];
      await Promise.all(all.map((follower) => follower.stop()));
    });

    function follow(range: LogRange, pace?: (batch: LogBatch) => Promise<void>): Follower {
      const follower = new Follower(subject.store, range, pace);
      followers.push(follower);
      return follower;
    }

    it('given a log, when followed from its start, then old and new events come', async () => {
      const stream = newStream();
      const events = renames(4);
      await subject.store.append(stream, 'no-stream', events.slice(0, 2));
      const before = await readAll(subject.store);

      const follower = follow({});
      await follower.untilAtEnd();
      await subject.another.append(stream, 1, events.slice(2));
      await follower.untilSeen(ids(events));

      expect(ids(follower.entries).slice(0, before.length)).toEqual(ids(before));
      expect(ids(inStreams([stream], follower.entries))).toEqual(ids(events));
      expect(isRising(follower.entries.map(({ position }) => position))).toBe(true);
    });

    it('given a position amid it, when followed from there, then nothing older comes', async () => {
      const stream = newStream();
      const events = renames(6);
      await subject.store.append(stream, 'no-stream', events.slice(0, 4));
      const [, second] = await readStream(subject.store, stream);

      const follower = follow({ after: second?.position ?? 0n });
      await subject.another.append(stream, 3, events.slice(4));
      await follower.untilSeen(ids(events.slice(2)));

      expect(ids(inStreams([stream], follower.entries))).toEqual(ids(events.slice(2)));
    });

    it('given its end, when followed from there, then only what is new comes', async () => {
      const stream = newStream();
      const old = renamed();
      const { position } = await subject.store.append(stream, 'no-stream', [old]);

      const follower = follow({ after: position });
      await follower.untilAtEnd();
      const event = renamed();
      await subject.store.append(stream, 0, [event]);
      await follower.untilSeen([event.id]);

      expect(ids(inStreams([stream], follower.entries))).toEqual([event.id]);
    });

    it('given a follower, when another store appends, then it hears well under 1 s', async () => {
      const follower = follow({ after: await mark(subject.store) });
      const taken: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        await follower.untilAtEnd();
        const event = renamed();
        await subject.another.append(newStream(), 'no-stream', [event]);
        const appended = performance.now();
        await follower.untilSeen([event.id]);
        taken.push(performance.now() - appended);
      }

      // The first one may have come before it was all ears.
      expect(Math.max(...taken.slice(1))).toBeLessThan(400);
    });

    it('given a consumer busy at the end, when it is done, then it hears at once', async () => {
      const after = await mark(subject.store);
      const done = gate();
      const busy = follow({ after }, () => done.opened);
      const idle = follow({ after });
      await busy.until('a batch', () => busy.batches.length === 1);
      const events = [renamed(), renamed()];
      await subject.store.append(newStream(), 'no-stream', events.slice(0, 1));
      await subject.another.append(newStream(), 'no-stream', events.slice(1));
      // Whatever news of the appends there was has come by then.
      await idle.untilSeen(ids(events));

      done.open();
      const opened = performance.now();
      await busy.untilSeen(ids(events));

      expect(performance.now() - opened).toBeLessThan(400);
    });

    it('given a quiet log, when followed, then it says again it is at the end', async () => {
      const follower = follow({ after: await mark(subject.store), types: [] });

      await follower.until('three times', () => follower.batches.length >= 3);

      expect(follower.batches.slice(1).every(({ atEnd }) => atEnd)).toBe(true);
    });

    it('given types, when followed, then only those come and positions go on', async () => {
      const stream = newStream();
      const events = [recolored(), ...renames(1200), deleted(), renamed(), recolored()];
      const follower = follow({ after: await mark(subject.store), types: ['TagRecolored'] });
      await appendMany(subject.store, stream, events);
      const wanted = ids([events[0], events.at(-1)].flatMap((event) => event ?? []));
      await follower.untilSeen(wanted);

      expect(ids(inStreams([stream], follower.entries))).toEqual(wanted);
      const { position } = await subject.store.append(stream, 'any', [renamed()]);
      await follower.until('its position passes', () => upTo(follower) >= position);
    });

    it('given a prefix, when followed, then only streams that begin so come', async () => {
      const [own, other] = [newStream(), newStream()];
      const after = await mark(subject.store);
      const follower = follow({ after, streamPrefix: own });
      const events = renames(4);
      for (const [index, event] of events.entries())
        await subject.store.append(index % 2 === 0 ? own : other, 'any', [event]);
      const { position } = await subject.store.append(other, 'any', [renamed()]);
      await follower.until('its position passes', () => upTo(follower) >= position);

      expect(ids(follower.entries)).toEqual(ids([events[0], events[2]].flatMap((e) => e ?? [])));
    });

    it('given a follower that was dropped, when it resumes, then it lacks nothing', async () => {
      const stream = newStream();
      const after = await mark(subject.store);
      const events = renames(2600);
      await appendMany(subject.store, stream, events.slice(0, 2500));

      const seen: string[] = [];
      let resumeAfter = after;
      for (let drops = 0; drops < 3; drops += 1) {
        const controller = new AbortController();
        const subscription = subject.store.subscribe({ after: resumeAfter }, controller.signal);
        for await (const batch of subscription) {
          seen.push(...ids(inStreams([stream], batch.entries)));
          resumeAfter = batch.upTo;
          break;
        }
        controller.abort();
      }
      await subject.another.append(stream, 2499, events.slice(2500));
      const follower = follow({ after: resumeAfter });
      await follower.untilSeen(ids(events.slice(2500)));

      const rest = ids(inStreams([stream], follower.entries));
      expect([...seen, ...rest]).toEqual(ids(events));
    });

    it('given two followers, when events come, then they see the same', async () => {
      const after = await mark(subject.store);
      const early = follow({ after });
      const streams = Array.from({ length: 5 }, newStream);
      const events = renames(50);
      const appends = events.map((event, index) =>
        (index % 2 === 0 ? subject.store : subject.another).append(
          streams[index % streams.length] ?? newStream(),
          'any',
          [event],
        ),
      );
      const late = follow({ after });
      await Promise.all(appends);
      await early.untilSeen(ids(events));
      await late.untilSeen(ids(events));

      const seen = inStreams(streams, early.entries);
      expect(seen).toHaveLength(50);
      expect(inStreams(streams, late.entries)).toEqual(seen);
    });

    it('given a slow consumer, when much is appended meanwhile, then it gets it all', async () => {
      const stream = newStream();
      const events = renames(3000);
      const written = gate();
      const follower = follow({ after: await mark(subject.store) }, () => written.opened);
      await follower.untilAtEnd();

      await appendMany(subject.another, stream, events);
      expect(inStreams([stream], follower.entries)).toEqual([]);
      written.open();
      await follower.untilSeen(ids(events));

      expect(ids(inStreams([stream], follower.entries))).toEqual(ids(events));
    });

    it('given a follower at the end, when aborted, then it ends promptly', async () => {
      const follower = follow({ after: await mark(subject.store) });
      await follower.untilAtEnd();

      await follower.stop();

      const batches = follower.batches.length;
      await mark(subject.store);
      expect(follower.batches).toHaveLength(batches);
    });

    it('given a busy consumer, when aborted, then no further batch comes', async () => {
      const after = await mark(subject.store);
      await appendMany(subject.store, newStream(), renames(2500));
      const busy = gate();
      const follower = follow({ after }, () => busy.opened);
      await follower.until('the first batch', () => follower.batches.length === 1);

      follower.abort();
      busy.open();
      await follower.stop();

      expect(follower.batches).toHaveLength(1);
    });

    it('given an aborted signal, when followed, then nothing comes', async () => {
      const subscription = subject.store.subscribe({}, AbortSignal.abort());

      const first = await within(500, 'its end', subscription[Symbol.asyncIterator]().next());

      expect(first.done).toBe(true);
    });
  });
}

function upTo(follower: Follower): bigint {
  return follower.batches.at(-1)?.upTo ?? 0n;
}
