import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { commandContext, newId } from '../../src/commands/context.js';
import { IdempotencyKeyReused } from '../../src/commands/errors.js';
import { changeTag, createTag, deleteTag } from '../../src/commands/tags/tag-commands.js';
import { type Actor } from '../../src/domain/access/actor.js';
import { EventStoreUnavailable } from '../../src/event-store/errors.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { type StreamId, tagStream } from '../../src/event-store/stream-id.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { failure } from '../event-store/support/waiting.js';
import {
  busOn,
  eventsIn,
  logLength,
  newTag,
  somebodyWith,
  typesIn,
  withChanges,
} from './support/workshop.js';

const subject = usePostgresLog();
const owner = somebodyWith('tags:create', 'tags:update', 'tags:delete');

/** A bus on a store, and so a memory, of its own. */
function process(store: EventStore = subject.log.open()): ReturnType<typeof busOn> {
  return busOn(store);
}

function keyed(key: string, actor: Actor = owner): ReturnType<typeof commandContext> {
  return commandContext(actor, { idempotencyKey: key });
}

/** Somebody who creates a tag under a key: what it is called decides what it is. */
function creation(key: string, actor: Actor = owner): { tagId: string; input: object } {
  const tagId = newId(keyed(key, actor), 'tag');
  return { tagId, input: { tagId, creatorId: actor.id, name: `tag of ${key}` } };
}

describe('The same command under the same key', () => {
  it('given it was carried out, when sent to another process, then it answers as before', async () => {
    const key = randomUUID();
    const { tagId, input } = creation(key);

    const first = await process().execute(createTag, input, keyed(key));
    const again = await process().execute(createTag, input, keyed(key));

    expect(first.replayed).toBe(false);
    expect(again).toEqual({ ...first, replayed: true });
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
  });

  it('given others went on since, when sent again, then it answers for then', async () => {
    const key = randomUUID();
    const { tagId, input } = creation(key);
    const bus = process();
    const first = await bus.execute(createTag, input, keyed(key));
    await bus.execute(changeTag, { tagId, color: '#111111' }, commandContext(owner));

    const again = await bus.execute(createTag, input, keyed(key));

    expect(again).toEqual({ ...first, replayed: true });
  });

  it('given it is sent to several processes at once, then it happens once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const key = randomUUID();
      const { tagId, input } = creation(key);
      const buses = Array.from({ length: 4 }, () => process());

      const outcomes = await Promise.all(
        buses.map((bus) => bus.execute(createTag, input, keyed(key))),
      );

      expect(new Set(outcomes.map(({ position }) => position)).size).toBe(1);
      expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
    }
  });

  it('given nothing was to be done, when it would be now, then it is still done with', async () => {
    const bus = process();
    const { tagId } = await newTag(bus, owner);
    const key = randomUUID();
    const change = { tagId, color: '#6366f1' };
    expect(await bus.execute(changeTag, change, keyed(key))).toMatchObject({ revision: 0 });
    await bus.execute(changeTag, { tagId, color: '#111111' }, commandContext(owner));

    const again = await bus.execute(changeTag, change, keyed(key));

    expect(again).toMatchObject({ revision: 1, replayed: true });
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated', 'TagRecolored']);
  });

  it('given another order of its fields, then it is the same command', async () => {
    const key = randomUUID();
    const { input } = creation(key);
    const bus = process();
    await bus.execute(createTag, input, keyed(key));

    const reversed = Object.fromEntries(Object.entries(input).reverse());

    expect(await bus.execute(createTag, reversed, keyed(key))).toMatchObject({ replayed: true });
  });

  it('given it was refused, when its sender may by now, then it is carried out', async () => {
    const bus = process();
    const key = randomUUID();
    const actor = somebodyWith();
    const { input, tagId } = creation(key, actor);
    await failure(bus.execute(createTag, input, keyed(key, actor)));

    const promoted: Actor = { ...actor, isSuperuser: true };
    const outcome = await bus.execute(createTag, input, keyed(key, promoted));

    expect(outcome.replayed).toBe(false);
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
  });
});

describe('Something else under the same key', () => {
  it('given another input or another command, then it is refused, and nothing happens', async () => {
    const key = randomUUID();
    const { tagId, input } = creation(key);
    await process().execute(createTag, input, keyed(key));
    const before = await logLength(subject.store);

    const other = { ...input, name: 'something else' };
    const renamed = await failure(process().execute(createTag, other, keyed(key)));
    const removed = await failure(process().execute(deleteTag, { tagId }, keyed(key)));

    expect([renamed, removed]).toEqual([
      expect.any(IdempotencyKeyReused),
      expect.any(IdempotencyKeyReused),
    ]);
    expect(await logLength(subject.store)).toBe(before);
  });

  it('given somebody else uses that key, then it is another one', async () => {
    const key = randomUUID();
    const other = somebodyWith('tags:create');
    const [mine, theirs] = [creation(key), creation(key, other)];
    await process().execute(createTag, mine.input, keyed(key));

    const input = { ...theirs.input, name: 'of another' };
    const outcome = await process().execute(createTag, input, keyed(key, other));

    expect(outcome.replayed).toBe(false);
    expect(theirs.tagId).not.toBe(mine.tagId);
  });

  it('given the log, then it does not give away what was sent', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const bus = process();
    for (const key of [one, other]) {
      const tagId = newId(keyed(key), 'tag');
      const input = { tagId, creatorId: owner.id, name: `secret ${key}` };
      await bus.execute(createTag, input, keyed(key));
    }

    const fingerprints: string[] = [];
    for (const key of [one, other])
      for (const { event } of await eventsIn(subject.store, keyStream(key)))
        if (event.type === 'CommandKeyed') fingerprints.push(event.data.fingerprint);

    expect(fingerprints).toHaveLength(2);
    expect(new Set(fingerprints).size).toBe(2);
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('A process that dies in the middle of a keyed command', () => {
  /** A store whose appends to streams of that kind never happen. */
  function dyingAt(kind: string): EventStore {
    const store = subject.log.open();
    return withChanges(store, {
      append: (stream, expected, events) =>
        stream.startsWith(kind)
          ? Promise.reject(new EventStoreUnavailable('The process has died'))
          : store.append(stream, expected, events),
    });
  }

  it.each(['command-', 'claim-', 'tag-'])(
    'given it dies before its append to %s…, when sent elsewhere, then it happens once',
    async (kind) => {
      const key = randomUUID();
      const { tagId, input } = creation(key);
      await failure(process(dyingAt(kind)).execute(createTag, input, keyed(key)));
      expect(await typesIn(subject.store, tagStream(tagId))).toEqual([]);

      const outcome = await process().execute(createTag, input, keyed(key));
      const again = await process().execute(createTag, input, keyed(key));

      expect(outcome.replayed).toBe(false);
      expect(again).toEqual({ ...outcome, replayed: true });
      expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
      expect(await typesIn(subject.store, keyStream(key))).toEqual(['CommandKeyed']);
    },
  );

  it('given only the answer was lost, when it is sent elsewhere, then it was done', async () => {
    const key = randomUUID();
    const { tagId, input } = creation(key);
    const store = subject.log.open();
    const mute = withChanges(store, {
      async append(stream, expected, events) {
        const appended = await store.append(stream, expected, events);
        if (stream === tagStream(tagId)) throw new EventStoreUnavailable('No answer');
        return appended;
      },
    });
    await failure(process(mute).execute(createTag, input, keyed(key)));

    const again = await process().execute(createTag, input, keyed(key));

    expect(again).toMatchObject({ revision: 0, replayed: true });
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
  });
});

function keyStream(key: string): StreamId {
  return `command-${keyed(key).commandId}`;
}
