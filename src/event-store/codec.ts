import { z } from 'zod';
import { type EventType } from '../domain/events.js';
import { checked, definitionOf, isEventType } from './catalogue/catalogue.js';
import { EventRefused } from './errors.js';
import { type ExpectedRevision, type LogEntry, type NewEvent } from './event-store.js';
import { EventMetadata } from './metadata.js';
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

  /** @throws EventRefused naming the event and the field. */
  async encode(events: readonly NewEvent[]): Promise<StoredEvent[]> {
    if (events.length === 0) throw new EventRefused('An append needs at least one event');
    if (events.length > maxEventsPerAppend)
      throw new EventRefused(
        `An append can hold ${maxEventsPerAppend} events, not ${events.length}`,
      );
    const stored = await Promise.all(events.map((event) => this.encodeOne(event)));
    if (new Set(stored.map(({ id }) => id)).size < stored.length)
      throw new EventRefused('An append cannot hold the same event twice');
    if (stored.reduce((sum, event) => sum + bytesOf(event), 0) > maxAppendBytes)
      throw new EventRefused(`An append can hold ${maxAppendBytes} bytes of data and metadata`);
    return stored;
  }

  /** Asks for the keys of a whole batch at once; what cannot be read says so, and stops nobody else. */
  async decode(stored: readonly StoredEntry[]): Promise<LogEntry[]> {
    const people = new Set(stored.flatMap(personOf));
    const keys = people.size === 0 ? noKeys : await this.keys.find([...people]);
    return stored.map((entry) => decodeOne(entry, keys));
  }

  private async encodeOne({ id, event, metadata }: NewEvent): Promise<StoredEvent> {
    const { type } = event;
    if (!isEventType(type)) throw new EventRefused(`There is no event type ${String(type)}`);
    if (!uuid.test(id)) throw new EventRefused(`${type}: id: ${JSON.stringify(id)} is no UUID`);
    const { version, personal } = definitionOf(type);
    const { data } = refuse(type, () => checked(type, event.data));
    const meta = refuse(type, () => EventMetadata.parse(metadata));
    const stored: Record<string, unknown> = { ...data };
    if (personal !== undefined) {
      const person = String(stored[personal.of]);
      const key = await this.keys.ensure(person);
      for (const field of personal.fields) {
        const value = stored[field];
        if (typeof value === 'string') stored[field] = encrypt(value, key, `${person}:${field}`);
      }
    }
    const json = JSON.stringify(stored);
    if (Buffer.byteLength(json) > maxEventBytes)
      throw new EventRefused(`${type}: an event can hold ${maxEventBytes} bytes of data`);
    return { id: id.toLowerCase(), type, version, data: json, metadata: JSON.stringify(meta) };
  }
}

function bytesOf({ data, metadata }: StoredEvent): number {
  return Buffer.byteLength(data) + Buffer.byteLength(metadata);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const noKeys: ReadonlyMap<string, Buffer> = new Map();

function decodeOne(entry: StoredEntry, keys: ReadonlyMap<string, Buffer>): LogEntry {
  const { id, stream, revision, position, recordedAt, type, version } = entry;
  const envelope = { id, stream, revision, position, recordedAt };
  const unreadable = (reason: string): LogEntry => ({
    ...envelope,
    readable: false,
    type,
    version,
    reason,
  });
  if (!isEventType(type)) return unreadable(`Event type ${type} is not known`);
  try {
    const data = readPersonalData(type, upcast(type, version, entry.data), keys);
    const event = checked(type, data);
    return { ...envelope, readable: true, event, metadata: EventMetadata.parse(entry.metadata) };
  } catch (error) {
    return unreadable(explain(error));
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

function personOf(entry: StoredEntry): string[] {
  if (!isEventType(entry.type)) return [];
  const { personal } = definitionOf(entry.type);
  return personal === undefined ? [] : [String(fieldsOf(entry.data)[personal.of])];
}

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

function refuse<T>(type: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new EventRefused(`${type}: ${explain(error)}`, { cause: error });
  }
}

function explain(error: unknown): string {
  if (error instanceof z.ZodError)
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return error instanceof Error ? error.message : String(error);
}
