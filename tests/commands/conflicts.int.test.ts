import { describe, expect, it } from '@jest/globals';
import { commandContext } from '../../src/commands/context.js';
import { RevisionIsStale, TooMuchContention } from '../../src/commands/errors.js';
import { changeTag, deleteTag } from '../../src/commands/tags/tag-commands.js';
import { tagStream } from '../../src/event-store/stream-id.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { failure } from '../event-store/support/waiting.js';
import { busOn, newTag, somebodyWith, typesIn, withChanges } from './support/workshop.js';

const subject = usePostgresLog();
const owner = somebodyWith('tags:create', 'tags:update', 'tags:delete');

describe('A command whose stream was changed by somebody else in the meantime', () => {
  /** A bus that somebody gets ahead of, so many times: just before it appends. */
  function overtaken(tagId: string, times: number): ReturnType<typeof busOn> {
    const { store } = subject;
    const others = busOn(store);
    let left = times;
    const changed = withChanges(store, {
      async append(stream, expected, events) {
        if (stream === tagStream(tagId) && left > 0) {
          left -= 1;
          const color = `#${String(left).padStart(6, '0')}`;
          await others.execute(changeTag, { tagId, color }, commandContext(owner));
        }
        return store.append(stream, expected, events);
      },
    });
    return busOn(changed);
  }

  it('given no revision was asked for, then it is decided again on what stands there now', async () => {
    const { tagId } = await newTag(busOn(subject.store), owner);

    const bus = overtaken(tagId, 3);
    const outcome = await bus.execute(changeTag, { tagId, name: 'last' }, commandContext(owner));

    expect(outcome.revision).toBe(4);
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual([
      'TagCreated',
      ...Array.from({ length: 3 }, () => 'TagRecolored'),
      'TagRenamed',
    ]);
  });

  it('given a revision was asked for, then it is refused as stale', async () => {
    const { tagId } = await newTag(busOn(subject.store), owner);
    const context = commandContext(owner, { ifMatch: 0 });

    const bus = overtaken(tagId, 1);
    const error = await failure(bus.execute(changeTag, { tagId, color: '#ffffff' }, context));

    expect(error).toBeInstanceOf(RevisionIsStale);
    expect(error).toMatchObject({ actual: 1 });
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated', 'TagRecolored']);
  });

  it('given that never ends, then it gives up, and says that it is worth another try', async () => {
    const { tagId } = await newTag(busOn(subject.store), owner);

    const bus = overtaken(tagId, 100);
    const change = { tagId, color: '#ffffff' };
    const error = await failure(bus.execute(changeTag, change, commandContext(owner)));

    expect(error).toBeInstanceOf(TooMuchContention);
    const types = await typesIn(subject.store, tagStream(tagId));
    expect(types).toHaveLength(1 + 8);
  });

  it('given it is gone by then, then that is what is said', async () => {
    const { store } = subject;
    const others = busOn(store);
    const { tagId } = await newTag(others, owner);
    let isFirst = true;
    const bus = busOn(
      withChanges(store, {
        async append(stream, expected, events) {
          if (stream === tagStream(tagId) && isFirst) {
            isFirst = false;
            await others.execute(deleteTag, { tagId }, commandContext(owner));
          }
          return store.append(stream, expected, events);
        },
      }),
    );

    const change = { tagId, color: '#ffffff' };
    const error = await failure(bus.execute(changeTag, change, commandContext(owner)));

    expect(error).toMatchObject({ code: 'tag-not-found' });
  });
});
