import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { EventCodec, type StoredEntry, type StoredEvent } from '../../src/event-store/codec.js';
import { EventRefused } from '../../src/event-store/errors.js';
import { type LogEntry, type NewEvent } from '../../src/event-store/event-store.js';
import { metadata, newEvent, ofBytes, recolored, renamed, renames } from './support/events.js';
import { InMemoryPersonKeys } from './support/in-memory-person-keys.js';
import { failure } from './support/waiting.js';

const tagId = randomUUID();
const userId = randomUUID();

function circle(): object {
  const round: { self?: object } = {};
  round.self = round;
  return round;
}

function codecWith(keys = new InMemoryPersonKeys()): EventCodec {
  return new EventCodec(keys);
}

function stored(event: StoredEvent, changes: Partial<StoredEntry> = {}): StoredEntry {
  return {
    ...event,
    data: JSON.parse(event.data),
    metadata: JSON.parse(event.metadata),
    stream: `tag-${tagId}`,
    revision: 0,
    position: 1n,
    recordedAt: '2026-01-01T00:00:00.000Z',
    ...changes,
  };
}

async function encodeOne(codec: EventCodec, event: NewEvent): Promise<StoredEvent> {
  const [encoded] = await codec.encode([event]);
  if (encoded === undefined) throw new Error('One event in, none out');
  return encoded;
}

async function readBack(changes: Partial<StoredEntry>): Promise<LogEntry[]> {
  const codec = codecWith();
  const [first, second] = [renamed(), renamed()];
  return codec.decode([
    stored(await encodeOne(codec, first), changes),
    stored(await encodeOne(codec, second)),
  ]);
}

describe('Encoding events', () => {
  it('given an event, when encoded and decoded, then it is the same', async () => {
    const codec = codecWith();
    const event = renamed('Ünïcödé \x1f 👩‍👧');

    const encoded = await encodeOne(codec, event);

    expect(encoded).toMatchObject({ id: event.id, type: 'TagRenamed', version: 1 });
    expect(await codec.decode([stored(encoded)])).toMatchObject([{ readable: true, ...event }]);
  });

  it('given control characters, when encoded, then none is left in the JSON', async () => {
    const { data } = await encodeOne(codecWith(), renamed('\x01\x1e\x1f\n'));

    expect(data).toMatch(/^[^\0-\x1f]+$/);
  });

  it.each([
    {
      what: 'a too long text',
      event: renamed('x'.repeat(51)),
      says: /^Event 2 of 2, TagRenamed: name: /,
    },
    {
      what: 'a wrong colour',
      event: recolored('red'),
      says: /^Event 2 of 2, TagRecolored: color: /,
    },
    {
      what: 'no UUID for a tag',
      event: newEvent({ type: 'TagDeleted', data: { tagId: 'urgent' } }),
      says: /^Event 2 of 2, TagDeleted: tagId: /,
    },
    {
      what: 'a nested field that is wrong',
      event: newEvent({
        type: 'ServiceRescheduled',
        data: { serviceId: randomUUID(), schedule: { intervalSeconds: 0, timeoutMs: 5 } },
      }),
      says: /^Event 2 of 2, ServiceRescheduled: schedule\.intervalSeconds: /,
    },
    {
      what: 'metadata that is wrong',
      event: { ...renamed(), metadata: metadata({ commandId: 'none' }) },
      says: /^Event 2 of 2, TagRenamed: commandId: /,
    },
    {
      what: 'an id that is no UUID',
      event: newEvent(renamed().event, `${randomUUID()}\x1f`),
      says: /^Event 2 of 2, TagRenamed: id: /,
    },
  ])('given $what, when encoded, then the refusal names it', async ({ event, says }) => {
    const error = await failure(codecWith().encode([recolored(), event]));

    expect(error).toBeInstanceOf(EventRefused);
    expect(error).toMatchObject({ message: expect.stringMatching(says) });
  });

  it('given a type nobody knows, when encoded, then the refusal names it', async () => {
    const [known, strange] = [renamed(), renamed()];
    Object.assign(strange.event, { type: 'TagPainted' });

    const error = await failure(codecWith().encode([known, strange]));

    expect(error).toBeInstanceOf(EventRefused);
    expect(error).toMatchObject({ message: expect.stringMatching(/^Event 2 of 2, TagPainted: /) });
  });

  it.each([
    { what: 'undefined', value: undefined },
    { what: 'not a number', value: NaN },
    { what: 'infinity', value: Infinity },
    { what: 'a big integer', value: 1n },
    { what: 'a date', value: new Date() },
    { what: 'a circle', value: circle() },
  ])('given $what as a field, when encoded, then the refusal names it', async ({ value }) => {
    const event = newEvent({
      type: 'ServiceRescheduled',
      data: { serviceId: randomUUID(), schedule: { intervalSeconds: 60, timeoutMs: 5 } },
    });
    Object.assign(event.event.data, { schedule: { intervalSeconds: 60, timeoutMs: value } });

    const error = await failure(codecWith().encode([renamed(), event, renamed()]));

    expect(error).toBeInstanceOf(EventRefused);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Event 2 of 3, ServiceRescheduled: schedule\.timeoutMs: /),
    });
  });

  it('given too much, when encoded, then the refusal says which one and how much', async () => {
    const twice = renamed();
    const refusals = await Promise.all(
      [
        [renamed(), ofBytes(300 * 1024)],
        Array.from({ length: 6 }, () => ofBytes(200 * 1024)),
        renames(501),
        [twice, renamed(), twice],
      ].map((events) => failure(codecWith().encode(events))),
    );

    for (const error of refusals) expect(error).toBeInstanceOf(EventRefused);
    expect(refusals).toMatchObject([
      { message: expect.stringMatching(/^Event 2 of 2, ServiceExp.* 262144 bytes .* not 3\d{5}$/) },
      { message: expect.stringMatching(/ 1000000 bytes .* not 12\d{5}$/) },
      { message: 'An append can hold 500 events, not 501' },
      { message: expect.stringMatching(/^Event 3 of 3, TagRenamed: id: .* twice/) },
    ]);
  });

  it('given a field nobody knows, when encoded, then the refusal names it', async () => {
    const data = { tagId, name: 'urgent', owner: 'Ada' };

    const error = await failure(codecWith().encode([newEvent({ type: 'TagRenamed', data })]));

    expect(error).toBeInstanceOf(EventRefused);
    expect(error).toMatchObject({
      message: expect.stringMatching(/^Event 1 of 1, TagRenamed: .*owner/),
    });
  });
});

describe('Decoding events', () => {
  it.each([
    { what: 'of an unknown type', changes: { type: 'TagPainted' }, says: /TagPainted.*not known/ },
    { what: 'of a name every object has', changes: { type: 'toString' }, says: /not known/ },
    { what: 'of a newer version', changes: { version: 2 }, says: /version 2.*newer Watchbook/ },
    { what: 'no upcaster leads on from', changes: { version: 0 }, says: /no upcaster.*version 0/ },
    { what: 'with other data', changes: { data: { tagId, name: 7 } }, says: /^name: / },
    { what: 'with no data', changes: { data: null }, says: /expected object/ },
    { what: 'with no metadata', changes: { metadata: {} }, says: /commandId/ },
  ])(
    'given an event $what, when decoded, then it says why and stops nobody',
    async ({ changes, says }) => {
      expect(await readBack(changes)).toMatchObject([
        { readable: false, reason: expect.stringMatching(says) },
        { readable: true },
      ]);
    },
  );

  it('given an unreadable event, when decoded, then one can still tell which', async () => {
    const id = randomUUID();

    const [entry] = await readBack({ id, version: 9, position: 42n, revision: 3 });

    expect(entry).toEqual({
      readable: false,
      id,
      type: 'TagRenamed',
      version: 9,
      stream: `tag-${tagId}`,
      revision: 3,
      position: 42n,
      recordedAt: '2026-01-01T00:00:00.000Z',
      reason: 'TagRenamed version 9 was written by a newer Watchbook',
    });
  });
});

describe('Personal data', () => {
  const registered = newEvent({
    type: 'UserRegistered',
    data: {
      userId,
      email: 'ada@example.org',
      fullName: 'Ada Lovelace',
      role: 'user',
      credentialId: randomUUID(),
    },
  });
  const nameless = newEvent({ type: 'UserRenamed', data: { userId, fullName: null } });

  it('given a person, when encoded, then the JSON does not name them', async () => {
    const { data } = await encodeOne(codecWith(), registered);

    expect(data).toContain(userId);
    expect(data).toContain('"role":"user"');
    expect(data).not.toMatch(/ada@|lovelace|example/i);
  });

  it('given the same data twice, when encoded, then one cannot tell from the JSON', async () => {
    const codec = codecWith();

    const [first, second] = [
      await encodeOne(codec, registered),
      await encodeOne(codec, { ...registered, id: randomUUID() }),
    ];

    expect(first.data).not.toBe(second.data);
  });

  it('given the key, when decoded, then it is all there', async () => {
    const keys = new InMemoryPersonKeys();
    const encoded = await encodeOne(codecWith(keys), registered);

    expect(await codecWith(keys).decode([stored(encoded)])).toMatchObject([
      { readable: true, event: registered.event },
    ]);
  });

  it('given a forgotten person, when decoded, then theirs is erased and nothing else', async () => {
    const keys = new InMemoryPersonKeys();
    const codec = codecWith(keys);
    const other = newEvent({
      type: 'UserEmailChanged',
      data: { userId: randomUUID(), email: 'grace@example.org' },
    });
    const entries = [
      stored(await encodeOne(codec, registered)),
      stored(await encodeOne(codec, other)),
      stored(await encodeOne(codec, nameless)),
    ];

    await keys.forget(userId);

    expect(await codec.decode(entries)).toMatchObject([
      {
        readable: true,
        event: {
          data: { ...registered.event.data, email: '[erased]', fullName: '[erased]' },
        },
      },
      { readable: true, event: other.event },
      { readable: true, event: nameless.event },
    ]);
  });

  it('given data moved to another field, when decoded, then it is not believed', async () => {
    const codec = codecWith();
    const entry = stored(await encodeOne(codec, registered));
    const data = { ...fieldsOf(entry.data), email: fieldsOf(entry.data)['fullName'] };

    expect(await codec.decode([{ ...entry, data }])).toMatchObject([{ readable: false }]);
  });

  it('given a key that is not theirs, when decoded, then it is unreadable', async () => {
    const entry = stored(await encodeOne(codecWith(), registered));
    const otherKeys = new InMemoryPersonKeys();
    await otherKeys.ensure(userId);

    expect(await codecWith(otherKeys).decode([entry])).toMatchObject([{ readable: false }]);
  });
});

function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}
