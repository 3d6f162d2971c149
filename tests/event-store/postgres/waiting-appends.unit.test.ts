import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { type ExpectedRevision } from '../../../src/event-store/event-store.js';
import {
  WaitingAppend,
  WaitingAppends,
} from '../../../src/event-store/postgres/waiting-appends.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';

const everything = { appends: 100, events: 1_000, size: 1_000 };

function append(
  stream: StreamId,
  expected: ExpectedRevision = 'any',
  ids: readonly string[] = [randomUUID()],
  size = 1,
): WaitingAppend {
  const events = ids.map((id) => ({
    id,
    type: 'TagRenamed',
    version: 1,
    data: '{}',
    metadata: '{}',
  }));
  const nobody = (): void => undefined;
  return new WaitingAppend({ stream, expected, events }, size, Infinity, nobody, nobody);
}

function waiting(...items: WaitingAppend[]): WaitingAppends {
  const appends = new WaitingAppends();
  for (const item of items) appends.add(item);
  return appends;
}

describe('Appends that wait', () => {
  it('given several of one stream, when taken, then one at a time, in their order', () => {
    const [first, second, other] = [append('tag-a'), append('tag-a'), append('tag-b')];
    const appends = waiting(first, second, other);

    expect(appends.take(everything)).toEqual([first, other]);
    expect(appends.take(everything)).toEqual([]);
    appends.release(other);
    expect(appends.take(everything)).toEqual([]);
    appends.release(first);
    expect(appends.take(everything)).toEqual([second]);
  });

  it('given a limit, when taken, then streams take turns', () => {
    const items = ['tag-a', 'tag-a', 'tag-b', 'tag-c'].map((name) => append(`tag-${name}`));
    const [a1, a2, b, c] = items;
    const appends = waiting(...items);
    const limit = { ...everything, appends: 1 };
    const taken: (WaitingAppend | undefined)[] = [];

    for (let n = 0; n < 4; n += 1)
      for (const item of appends.take(limit)) {
        taken.push(item);
        appends.release(item);
      }

    expect(taken).toEqual([a1, b, c, a2]);
  });

  it('given one that is larger than a batch, when taken, then it goes alone', () => {
    const [small, large] = [append('tag-a'), append('tag-b', 'any', undefined, 5_000)];
    const appends = waiting(small, large);

    expect(appends.take(everything)).toEqual([small]);
    expect(appends.take(everything)).toEqual([large]);
  });

  it('given some that were taken, when put back, then they come first, in their lines', () => {
    const [a1, a2, b, c] = [append('tag-a'), append('tag-a'), append('tag-b'), append('tag-c')];
    const appends = waiting(a1, a2);
    appends.take(everything);
    appends.add(b);
    appends.add(c);

    appends.putBack([a1]);

    expect(appends.count).toBe(4);
    expect(appends.take(everything)).toEqual([a1, b, c]);
    appends.release(a1);
    expect(appends.take(everything)).toEqual([a2]);
  });

  it('given one whose time is up, when it is its turn, then it is passed over', () => {
    const [late, next] = [append('tag-a'), append('tag-a')];
    const appends = waiting(late, next);
    late.reject(new Error('Too late'));

    expect(appends.take(everything)).toEqual([next]);
    expect(appends.count).toBe(0);
    expect(appends.size).toBe(0);
  });
});

describe('Who waits behind an append that was carried out', () => {
  const winner = append('tag-a', 4, ['first', 'second']);

  function losersAmong(...behind: WaitingAppend[]): WaitingAppend[] {
    const appends = waiting(winner, ...behind);
    appends.take(everything);
    return appends.takeLosers(winner, 6);
  }

  it('given others who expected its place, when it has won, then all of them lose', () => {
    const behind = [append('tag-a', 4), append('tag-a', 4), append('tag-a', 5)];

    expect(losersAmong(...behind)).toEqual(behind);
  });

  it('given one who expects more than there is, when it has won, then that one loses', () => {
    const ahead = append('tag-a', 9);

    expect(losersAmong(ahead)).toEqual([ahead]);
  });

  it.each<{ what: string; next: WaitingAppend }>([
    { what: 'expects what is there now', next: append('tag-a', 6) },
    { what: 'expects nothing', next: append('tag-a', 'any') },
    { what: 'expects that there is a stream', next: append('tag-a', 'stream-exists') },
    { what: 'is a repetition', next: append('tag-a', 4, ['first', 'second']) },
    { what: 'repeats a part', next: append('tag-a', 5, ['second']) },
    { what: 'could repeat what is older', next: append('tag-a', 3) },
    { what: 'could be what the stream began with', next: append('tag-a', 'no-stream') },
  ])('given one who $what, when it has won, then the server decides on all', ({ next }) => {
    expect(losersAmong(next, append('tag-a', 4))).toEqual([]);
  });

  it('given one who came after it was sent, when it has won, then the server decides', () => {
    const [before, after] = [append('tag-a', 4), append('tag-a', 4)];
    const appends = waiting(winner, before);
    appends.take(everything);
    appends.add(after);

    expect(appends.takeLosers(winner, 6)).toEqual([before]);
    appends.release(winner);
    expect(appends.take(everything)).toEqual([after]);
  });
});
