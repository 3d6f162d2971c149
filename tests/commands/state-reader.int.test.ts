import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { roles, tags } from '../../src/commands/aggregates.js';
import { commandContext } from '../../src/commands/context.js';
import { StateReader, UnreadableStream } from '../../src/commands/state-reader.js';
import { changeTag } from '../../src/commands/tags/tag-commands.js';
import { type EventStore } from '../../src/event-store/event-store.js';
import { tagStream } from '../../src/event-store/stream-id.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { failure } from '../event-store/support/waiting.js';
import { insertRaw } from '../projections/support/happenings.js';
import { busOn, newTag, somebodyWith, withChanges } from './support/workshop.js';

const subject = usePostgresLog();
const owner = somebodyWith('tags:create', 'tags:update');

let tagId: string;
/** From where on the reader under test has asked for events. */
let asked: number[];
let read: StateReader;

beforeEach(async () => {
  ({ tagId } = await newTag(busOn(subject.store), owner));
  asked = [];
  const { store } = subject;
  const watched: EventStore = withChanges(store, {
    readStream(stream, range) {
      asked.push(range?.from ?? 0);
      return store.readStream(stream, range);
    },
  });
  read = new StateReader(watched);
});

/** Somebody else, in another process. */
async function rename(name: string): Promise<ReturnType<typeof commandContext>> {
  const context = commandContext(owner);
  await busOn(subject.log.open()).execute(changeTag, { tagId, name }, context);
  return context;
}

describe('Reading the state of an aggregate', () => {
  it('given nothing happened since, when read again, then only what is new is asked for', async () => {
    const first = await read.load(tags, tagStream(tagId));
    const again = await read.load(tags, tagStream(tagId));

    expect(again).toEqual(first);
    expect(first).toMatchObject({ revision: 0, state: { name: tagId }, own: undefined });
    expect(asked).toEqual([0, 1]);
  });

  it('given another process appended, when read again, then that is in it', async () => {
    await read.state(tags, tagStream(tagId));
    await rename(`${tagId} 1`);
    await rename(`${tagId} 2`);

    expect(await read.load(tags, tagStream(tagId))).toMatchObject({
      revision: 2,
      state: { name: `${tagId} 2` },
    });
    expect(asked).toEqual([0, 1]);
  });

  it('given many read at once while it changes, then nobody sees less than before', async () => {
    for (let n = 0; n < 10; n += 1) {
      const reading = Array.from({ length: 5 }, () => read.load(tags, tagStream(tagId)));
      await rename(`${tagId} ${n}`);
      await Promise.all(reading);

      const { revision, state } = await read.load(tags, tagStream(tagId));

      expect([revision, state]).toMatchObject([n + 1, { name: `${tagId} ${n}` }]);
    }
  });

  it('given a command is looked for, then its last event is found, however old', async () => {
    await read.state(tags, tagStream(tagId));
    const context = await rename(`${tagId} mine`);
    await rename(`${tagId} later`);
    await read.state(tags, tagStream(tagId));

    const { own, revision } = await read.load(tags, tagStream(tagId), context.commandId);

    expect(revision).toBe(2);
    expect(own).toMatchObject({ revision: 1 });
    const { own: none } = await read.load(tags, tagStream(tagId), randomUUID());
    expect(none).toBeUndefined();
  });

  it('given nothing is there, then it is the beginning, and that is not remembered', async () => {
    const nowhere = tagStream(randomUUID());

    expect(await read.load(tags, nowhere)).toMatchObject({ revision: -1, position: 0n });
    await read.load(tags, nowhere);

    expect(asked).toEqual([0, 0]);
  });

  it('given it was folded as something else, then that is not taken for the state', async () => {
    await read.state(roles, tagStream(tagId));

    expect(await read.state(tags, tagStream(tagId))).toMatchObject({ name: tagId });
    expect(asked).toEqual([0, 0]);
  });

  it('given an event that cannot be read, then no state is made up without it', async () => {
    await read.state(tags, tagStream(tagId));
    const stream = tagStream(tagId);
    await insertRaw(subject.log, { stream, type: 'TagPolished', version: 1, data: {} });

    const error = await failure(read.state(tags, stream));

    expect(error).toBeInstanceOf(UnreadableStream);
    expect(String(error)).toContain('TagPolished is not known');
  });
});
