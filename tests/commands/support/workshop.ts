import { randomUUID } from 'node:crypto';
import { Container } from 'inversify';
import { allCommands } from '../../../src/commands/all-commands.js';
import { CommandBus, type WaitForReadModels } from '../../../src/commands/command-bus.js';
import { type Policies } from '../../../src/commands/command.js';
import { commandContext } from '../../../src/commands/context.js';
import { IdempotencyKeys } from '../../../src/commands/idempotency.js';
import { RefusalRecorder } from '../../../src/commands/refusal-recorder.js';
import { NameClaims } from '../../../src/commands/reservations/name-claims.js';
import { Reservations } from '../../../src/commands/reservations/reservations.js';
import { StateReader } from '../../../src/commands/state-reader.js';
import { createTag } from '../../../src/commands/tags/tag-commands.js';
import { policiesModule, policiesOf } from '../../../src/composition/policies.module.js';
import { tokens } from '../../../src/composition/tokens.js';
import { type Actor, type UserActor } from '../../../src/domain/access/actor.js';
import { type Permission } from '../../../src/domain/access/permissions.js';
import { type EventStore, type RecordedEvent } from '../../../src/event-store/event-store.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { readConfiguration } from '../../../src/platform/configuration.js';

export function realPolicies(): Policies {
  const container = new Container();
  container.bind(tokens.configuration).toConstantValue(readConfiguration({}));
  container.load(policiesModule);
  return policiesOf(container);
}

/** A bus as a process has it, with a memory of its own. */
export function busOn(
  store: EventStore,
  waitFor: WaitForReadModels = () => Promise.resolve(false),
): CommandBus {
  const read = new StateReader(store);
  return new CommandBus(
    store,
    read,
    realPolicies(),
    new Reservations(read, new NameClaims(read)),
    new IdempotencyKeys(store),
    new RefusalRecorder(),
    waitFor,
    allCommands,
  );
}

export function somebodyWith(...permissions: readonly Permission[]): UserActor {
  return {
    kind: 'user',
    id: randomUUID(),
    isSuperuser: false,
    permissions: new Set(permissions),
  };
}

/** A tag of somebody's, and what it takes to change it. */
export async function newTag(bus: CommandBus, creator: Actor): Promise<{ tagId: string }> {
  const tagId = randomUUID();
  const input = { tagId, creatorId: creator.id, name: tagId };
  await bus.execute(createTag, input, commandContext(creator));
  return { tagId };
}

export async function eventsIn(store: EventStore, stream: StreamId): Promise<RecordedEvent[]> {
  const recorded: RecordedEvent[] = [];
  for await (const entry of store.readStream(stream)) {
    if (!entry.readable) throw new Error(entry.reason);
    recorded.push(entry);
  }
  return recorded;
}

export async function typesIn(store: EventStore, stream: StreamId): Promise<string[]> {
  return (await eventsIn(store, stream)).map(({ event }) => event.type);
}

/** How many events there are in the whole log. */
export async function logLength(store: EventStore): Promise<bigint> {
  let length = 0n;
  for await (const { upTo } of store.readAll()) length = upTo;
  return length;
}

/** A store of which something is different. */
export function withChanges(store: EventStore, changes: Partial<EventStore>): EventStore {
  return {
    append: (...args) => store.append(...args),
    readStream: (...args) => store.readStream(...args),
    readAll: (...args) => store.readAll(...args),
    subscribe: (...args) => store.subscribe(...args),
    identity: () => store.identity(),
    close: () => store.close(),
    ...changes,
  };
}
