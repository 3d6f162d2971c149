import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { commandContext } from '../../src/commands/context.js';
import { CommandInvalid, CommandRefused } from '../../src/commands/errors.js';
import { removeRole } from '../../src/commands/roles/role-commands.js';
import { changeService } from '../../src/commands/services/change-service.js';
import { registerService } from '../../src/commands/services/register-service.js';
import { changeTag, createTag, deleteTag } from '../../src/commands/tags/tag-commands.js';
import { DomainError } from '../../src/domain/domain-error.js';
import { refusalsStream, tagStream } from '../../src/event-store/stream-id.js';
import { usePostgresLog } from '../event-store/support/use-postgres-log.js';
import { failure } from '../event-store/support/waiting.js';
import { busOn, eventsIn, logLength, newTag, somebodyWith, typesIn } from './support/workshop.js';

const subject = usePostgresLog();
const owner = somebodyWith('tags:create', 'tags:update', 'tags:delete');
const stranger = somebodyWith();

describe('A command is checked in this order', () => {
  it('given input that makes no sense, then that is said, whoever sent it about whatever', async () => {
    const input = { tagId: 'none', name: '' };
    const context = commandContext(stranger, { ifMatch: 99 });

    const error = await failure(busOn(subject.store).execute(changeTag, input, context));

    expect(error).toBeInstanceOf(CommandInvalid);
    expect(error).toMatchObject({ fields: [{ path: 'name' }, { path: 'tagId' }] });
  });

  it('given it is about something that is not there, then that comes before permission', async () => {
    const input = { role: 'no-such-role', inUse: true };
    const context = commandContext(stranger, { ifMatch: 99 });

    const error = await failure(busOn(subject.store).execute(removeRole, input, context));

    expect(error).toBeInstanceOf(DomainError);
    expect(error).toMatchObject({ code: 'role-not-found' });
  });

  it('given somebody who may not, then they do not learn whether they had seen it last', async () => {
    const bus = busOn(subject.store);
    const tag = await newTag(bus, owner);
    const context = commandContext(stranger, { ifMatch: 99 });

    const error = await failure(bus.execute(changeTag, { ...tag, name: 'new' }, context));

    expect(error).toBeInstanceOf(CommandRefused);
  });

  it('given another revision was seen, then that comes before what would be decided', async () => {
    const bus = busOn(subject.store);
    const actor = somebodyWith('services:create', 'services:update');
    const serviceId = randomUUID();
    const registration = { serviceId, ownerId: actor.id, name: 'Shop', type: 'tcp', url: 'a:1' };
    await bus.execute(registerService, registration, commandContext(actor));
    const impossible = { serviceId, intervalSeconds: 10, timeoutMs: 20_000 };
    const given = (ifMatch: number): Promise<unknown> =>
      failure(bus.execute(changeService, impossible, commandContext(actor, { ifMatch })));

    expect(await given(7)).toMatchObject({ name: 'RevisionIsStale', actual: 0 });
    expect(await given(0)).toMatchObject({ name: 'DomainError', code: 'invalid-fields' });
  });

  it('given any of that, then nothing but the refusal stands in the log', async () => {
    const bus = busOn(subject.store);
    const tag = await newTag(bus, owner);
    const before = await logLength(subject.store);

    for (const [actor, input, ifMatch] of [
      [stranger, { tagId: 'none' }, undefined],
      [stranger, { tagId: randomUUID() }, undefined],
      [owner, { ...tag, name: 'new' }, 99],
    ] as const)
      await failure(bus.execute(changeTag, input, commandContext(actor, { ifMatch })));

    expect(await logLength(subject.store)).toBe(before);
  });
});

describe('A command that is carried out', () => {
  it('given it changes something, then it says where, and the log says why it could', async () => {
    const bus = busOn(subject.store);
    const tag = await newTag(bus, owner);
    const context = commandContext(owner, { requestId: 'request', causationId: randomUUID() });

    const outcome = await bus.execute(changeTag, { ...tag, color: '#000000' }, context);

    const [, changed] = await eventsIn(subject.store, tagStream(tag.tagId));
    expect(outcome).toEqual({
      revision: 1,
      position: changed?.position,
      replayed: false,
      isVisible: false,
    });
    expect(changed?.metadata).toEqual({
      actor: { kind: 'user', id: owner.id },
      command: 'ChangeTag',
      commandId: context.commandId,
      correlationId: 'request',
      causationId: context.causationId,
      requestId: 'request',
      allowedBy: 'tags:update',
    });
  });

  it('given nothing would be different, then nothing is written, and it says where that is', async () => {
    const bus = busOn(subject.store);
    const tag = await newTag(bus, owner);
    const [created] = await eventsIn(subject.store, tagStream(tag.tagId));
    const before = await logLength(subject.store);

    const same = { ...tag, name: tag.tagId };
    const outcome = await bus.execute(changeTag, same, commandContext(owner));

    expect(outcome).toMatchObject({ revision: 0, position: created?.position, replayed: false });
    expect(await logLength(subject.store)).toBe(before);
  });

  it('given somebody wants to see it, then it waits until the read models have it', async () => {
    const asked: [bigint, number][] = [];
    const bus = busOn(subject.store, (...args) => {
      asked.push(args);
      return Promise.resolve(true);
    });
    const input = { tagId: randomUUID(), creatorId: owner.id, name: randomUUID() };

    const seen = await bus.execute(createTag, input, commandContext(owner, { waitMs: 500 }));
    const unseen = await bus.execute(deleteTag, { tagId: input.tagId }, commandContext(owner));

    expect([seen.isVisible, unseen.isVisible]).toEqual([true, false]);
    expect(asked).toEqual([[seen.position, 500]]);
  });
});

describe('A refusal', () => {
  it('given somebody was refused, then the log says what, why, and that nothing allowed it', async () => {
    const bus = busOn(subject.store);
    const actor = somebodyWith('tags:update');
    const { tagId } = await newTag(bus, owner);
    const context = commandContext(actor);

    const error = await failure(bus.execute(changeTag, { tagId, name: 'mine' }, context));

    expect(error).toMatchObject({ name: 'CommandRefused', reason: 'Not authorized' });
    const [refused] = await eventsIn(subject.store, refusalsStream(actor.id));
    expect(refused?.event).toEqual({
      type: 'CommandRefused',
      data: {
        actorId: actor.id,
        command: 'ChangeTag',
        target: tagStream(tagId),
        reason: 'Not authorized',
        unrecorded: 0,
      },
    });
    expect(refused?.metadata).toMatchObject({ commandId: context.commandId, allowedBy: null });
    expect(await typesIn(subject.store, tagStream(tagId))).toEqual(['TagCreated']);
  });

  it('given somebody is refused again and again, then they fill a small part of the log', async () => {
    const bus = busOn(subject.store);
    const actor = somebodyWith();
    const input = { tagId: randomUUID(), creatorId: actor.id, name: 'x' };

    for (let n = 0; n < 50; n += 1)
      expect(await failure(bus.execute(createTag, input, commandContext(actor)))).toBeInstanceOf(
        CommandRefused,
      );

    expect(await typesIn(subject.store, refusalsStream(actor.id))).toHaveLength(30);
  });
});
