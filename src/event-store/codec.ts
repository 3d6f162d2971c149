import { z } from 'zod';
import { type EventType } from '../domain/events.js';
import { checked, definitionOf, isEventType } from './catalogue/catalogue.js';
import { EventRefused } from './errors.js';
import { type ExpectedRevision, type LogEntry, type NewEvent } from './event-store.js';
import { findNotJson } from './json.js';
import { checkedMetadata, type EventMetadata } from './metadata.js';
import { decrypt, encrypt } from './personal-data/cipher.js';
import { type PersonKeys } from './personal-data/person-keys.js';
import { type Position } from './position.js';

/** An event as a store keeps it: data and metadata are JSON. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly data: string;
  readonly metadata: string;
}

export interface StoredEntry extends Omit<StoredEvent, 'data' | 'metadata'> {
  readonly data: unknown;
  readonly metadata: unknown;
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
  readonly recordedAt: string;
}

/** What stands in place of personal data whose key is gone. */
export const erased = '[erased]';

const maxEventBytes = 256 * 1024;
const maxEventsPerAppend = 500;
/** Data and metadata together. EventStoreDB takes appends of 1 MiB; this leaves it room for what goes with them. */
const maxAppendBytes = 1_000_000;
const maxStreamName = 255;

/**
 * A stream name must come back from any store as it went in, and a number must be a revision.
 *
 * @throws EventRefused saying which of them is not.
 */
export function checkPlace(stream: string, expected: ExpectedRevision): void {
  if (stream.length > maxStreamName || !stream.isWellFormed() || /[\0-\x1f\x7f]/.test(stream))
    throw new EventRefused(`Not a name for a stream: ${JSON.stringify(stream.slice(0, 300))}`);
  if (typeof expected === 'number' && !(Number.isSafeInteger(expected) && expected >= 0))
    throw new EventRefused(`${expected} cannot be the revision of a stream`);
}

/** Turns events into what is stored and back: schemas, versions and personal data are dealt with here, in any store. */
export class EventCodec {
  constructor(private readonly keys: PersonKeys) {}

  /** @throws EventRefused naming which event of the append it is, its type, and the field. */
  async encode(events: readonly NewEvent[]): Promise<StoredEvent[]> {
    const { length } = events;
    if (length === 0) throw new EventRefused('An append needs at least one event');
    if (length > maxEventsPerAppend)
      throw new EventRefused(`An append can hold ${maxEventsPerAppend} events, not ${length}`);
    const fit = events.map((event, index) => checkEvent(event, index, length));
    if (length > 1 && new Set(fit.map(({ id }) => id)).size < length)
      throw new EventRefused('An append cannot hold the same event twice');
    const people = new Set(fit.flatMap(({ type, data }) => personOf(type, data)));
    const keys = people.size === 0 ? noKeys : await this.ensureKeys([...people]);
    let bytes = 0;
    const stored = fit.map((event, index) => {
      const { id, type, version } = event;
      const data = JSON.stringify(withoutPersonalData(event, keys));
      const metadata = JSON.stringify(event.metadata);
      const size = Buffer.byteLength(data);
      if (size > maxEventBytes)
        throw new EventRefused(
          `${nameOf(type, index, length)}: an event can hold ${maxEventBytes} bytes of data, not ${size}`,
        );
      bytes += size + Buffer.byteLength(metadata);
      return { id, type, version, data, metadata };
    });
    if (bytes > maxAppendBytes)
      throw new EventRefused(
        `An append can hold ${maxAppendBytes} bytes of data and metadata, not ${bytes}`,
      );
    return stored;
  }

  /** Asks for the keys of a whole batch at once; what cannot be read says so, and stops nobody else. */
  async decode(stored: readonly StoredEntry[]): Promise<LogEntry[]> {
    const people = peopleIn(stored);
    const keys = people.size === 0 ? noKeys : await this.keys.find([...people]);
    return stored.map((entry) => decodeOne(entry, keys));
  }

  private async ensureKeys(people: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const keys = await Promise.all(
      people.map(async (person) => [person, await this.keys.ensure(person)] as const),
    );
    return new Map(keys);
  }
}

/** An event that fits its schema, and whose data and metadata JSON can carry. */
interface CheckedEvent {
  readonly id: string;
  readonly type: EventType;
  readonly version: number;
  readonly data: object;
  readonly metadata: EventMetadata;
}

function checkEvent(
  { id, event, metadata }: NewEvent,
  index: number,
  length: number,
): CheckedEvent {
  const { type } = event;
  try {
    if (!isEventType(type)) throw new EventRefused('there is no such type of event');
    if (!uuid.test(id)) throw new EventRefused(`id: ${JSON.stringify(id)} is no UUID`);
    const { data } = checked(type, event.data);
    refuseWhatIsNotJson(data);
    const checkedMeta = checkedMetadata(metadata);
    const { version } = definitionOf(type);
    return { id: id.toLowerCase(), type, version, data, metadata: checkedMeta };
  } catch (error) {
    const what = `${nameOf(type, index, length)}: ${explain(error)}`;
    throw new EventRefused(what, { cause: error });
  }
}

function nameOf(type: string, index: number, length: number): string {
  return `Event ${index + 1} of ${length}, ${type}`;
}

function refuseWhatIsNotJson(value: object): void {
  const found = findNotJson(value);
  if (found !== undefined)
    throw new EventRefused(`${found.path.join('.')}: ${found.what} cannot be carried by JSON`);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const noKeys: ReadonlyMap<string, Buffer> = new Map();

function withoutPersonalData(
  { type, data }: CheckedEvent,
  keys: ReadonlyMap<string, Buffer>,
): object {
  const { personal } = definitionOf(type);
  if (personal === undefined) return data;
  const fields: Record<string, unknown> = { ...data };
  const person = String(fields[personal.of]);
  const key = keys.get(person);
  if (key === undefined) throw new Error(`Unreachable: ${person} has a key by now`);
  for (const field of personal.fields) {
    const value = fields[field];
    if (typeof value === 'string') fields[field] = encrypt(value, key, `${person}:${field}`);
  }
  return fields;
}

function decodeOne(entry: StoredEntry, keys: ReadonlyMap<string, Buffer>): LogEntry {
  const { id, stream, revision, position, recordedAt, type, version } = entry;
  try {
    if (!isEventType(type)) throw new Error(`Event type ${type} is not known`);
    const data = readPersonalData(type, upcast(type, version, entry.data), keys);
    const event = checked(type, data);
    const metadata = checkedMetadata(entry.metadata);
    return { id, stream, revision, position, recordedAt, readable: true, event, metadata };
  } catch (error) {
    const reason = explain(error);
    return {
      id,
      stream,
      revision,
      position,
      recordedAt,
      readable: false,
      type,
      version,
      reason,
    };
  }
}

function upcast(type: EventType, version: number, data: unknown): unknown {
  const definition = definitionOf(type);
  if (version > definition.version)
    throw new Error(`${type} version ${version} was written by a newer Watchbook`);
  let current = data;
  for (let from = version; from < definition.version; from += 1) {
    const step = definition.upcasters?.[from];
    if (step === undefined) throw new Error(`${type} has no upcaster from version ${from}`);
    current = step(current);
  }
  return current;
}

function peopleIn(stored: readonly StoredEntry[]): ReadonlySet<string> {
  const people = new Set<string>();
  for (const { type, data } of stored)
    if (isEventType(type)) for (const person of personOf(type, data)) people.add(person);
  return people;
}

function personOf(type: EventType, data: unknown): string[] {
  const { personal } = definitionOf(type);
  return personal === undefined ? nobody : [String(fieldsOf(data)[personal.of])];
}

const nobody: string[] = [];

function readPersonalData(
  type: EventType,
  data: unknown,
  keys: ReadonlyMap<string, Buffer>,
): unknown {
  const { personal } = definitionOf(type);
  if (personal === undefined) return data;
  const fields = { ...fieldsOf(data) };
  const person = String(fields[personal.of]);
  const key = keys.get(person);
  for (const field of personal.fields) {
    const value = fields[field];
    if (typeof value !== 'string') continue;
    fields[field] = key === undefined ? erased : decrypt(value, key, `${person}:${field}`);
  }
  return fields;
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

function explain(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
