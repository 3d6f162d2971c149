import { randomUUID } from 'node:crypto';
import { type DomainEvent } from '../../../src/domain/events.js';
import { type EventStore, type NewEvent } from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { type StreamId } from '../../../src/event-store/stream-id.js';
import { newEvent } from '../../event-store/support/events.js';
import { examples } from './examples.js';

/** Something of each kind, each in a stream of its own, with its whole life ahead. */
export interface Cast {
  readonly tagId: string;
  readonly serviceId: string;
  readonly userId: string;
  readonly role: string;
  /** After everything that happened so far. */
  position: Position;
}

/** Makes a user, a tag, a service with that tag, and a role. */
export async function newCast(store: EventStore): Promise<Cast> {
  const [tagId, serviceId, userId] = [randomUUID(), randomUUID(), randomUUID()];
  const cast: Cast = { tagId, serviceId, userId, role: `role-${tagId.slice(0, 8)}`, position: 0n };
  await appendNew(store, cast, `user-${userId}`, [
    { type: 'UserRegistered', data: { ...examples.UserRegistered.data, userId } },
  ]);
  await appendNew(store, cast, `tag-${tagId}`, [
    { type: 'TagCreated', data: { ...examples.TagCreated.data, tagId, creatorId: userId } },
  ]);
  await appendNew(store, cast, `service-${serviceId}`, [
    {
      type: 'ServiceRegistered',
      data: { ...examples.ServiceRegistered.data, serviceId, ownerId: userId },
    },
    { type: 'ServiceTagged', data: { serviceId, tagId } },
  ]);
  await appendNew(store, cast, `role-${cast.role}`, [
    { type: 'RoleDefined', data: { ...examples.RoleDefined.data, role: cast.role } },
  ]);
  return cast;
}

/** Changes each of them in some way, in appends of their own. */
export async function changeAll(store: EventStore, cast: Cast, word: string): Promise<void> {
  const { tagId, serviceId, userId, role } = cast;
  const [ofTag, ofService, ofUser, ofRole] = changesOf(cast, word);
  await append(store, cast, `tag-${tagId}`, ofTag);
  await append(store, cast, `service-${serviceId}`, ofService);
  await append(store, cast, `user-${userId}`, ofUser);
  await append(store, cast, `role-${role}`, ofRole);
}

/** The same, for each of the words, in one append, so that no reader can see some of it only. */
export async function changeAllAtOnce(
  store: EventStore,
  cast: Cast,
  ...words: readonly string[]
): Promise<void> {
  const changes = words.flatMap((word) => changesOf(cast, word));
  await append(store, cast, `tag-${cast.tagId}`, ...changes);
}

/** A service gets one more tag each time: applying that twice would show. */
function changesOf(
  { tagId, serviceId, userId, role }: Cast,
  word: string,
): readonly [DomainEvent, DomainEvent, DomainEvent, DomainEvent] {
  return [
    { type: 'TagRenamed', data: { tagId, name: word } },
    { type: 'ServiceTagged', data: { serviceId, tagId: randomUUID() } },
    { type: 'UserRenamed', data: { userId, fullName: word } },
    { type: 'RolePermissionsGranted', data: { role, permissions: ['users:read'] } },
  ];
}

export async function append(
  store: EventStore,
  cast: { position: Position },
  stream: StreamId,
  ...events: readonly DomainEvent[]
): Promise<void> {
  cast.position = (await store.append(stream, 'any', events.map(asNew))).position;
}

async function appendNew(
  store: EventStore,
  cast: Cast,
  stream: StreamId,
  events: readonly DomainEvent[],
): Promise<void> {
  cast.position = (await store.append(stream, 'no-stream', events.map(asNew))).position;
}

function asNew(event: DomainEvent): NewEvent {
  return newEvent(event);
}

/** Writes an event past all checks, as a newer Watchbook may have done. */
export async function insertRaw(
  log: { query(text: string, values?: unknown[]): Promise<Record<string, unknown>[]> },
  { stream, type, version, data }: { stream: string; type: string; version: number; data: object },
): Promise<Position> {
  const { metadata } = newEvent(examples.TagCreated);
  const [row] = await log.query(
    `INSERT INTO log.events
       (position, stream, revision, id, type, version, data, metadata, recorded_at)
     SELECT coalesce(max(position), 0) + 1, $1,
            coalesce(max(revision) FILTER (WHERE stream = $1), -1) + 1,
            gen_random_uuid(), $2, $3, $4, $5, now()
       FROM log.events
     RETURNING position`,
    [stream, type, version, JSON.stringify(data), JSON.stringify(metadata)],
  );
  await log.query(`NOTIFY watchbook_log, ''`);
  return BigInt(String(row?.['position']));
}
