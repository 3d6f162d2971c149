import { z } from 'zod';
import { inSlices } from '../platform/slices.js';
import { checked, type Definition, findDefinition } from './catalogue/catalogue.js';
import { EventRefused } from './errors.js';
import { type ExpectedRevision, type LogEntry, type NewEvent } from './event-store.js';
import { findNotJson } from './json.js';
import { checkedMetadata, type EventMetadata } from './metadata.js';
import { decrypt, encrypt } from './personal-data/cipher.js';
import { type PersonKeys } from './personal-data/person-keys.js';
import { type Position } from './position.js';
import { isUuid } from './uuid.js';

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
    if (length > 1) refuseRepeated(fit);
    const keys = await this.ensureKeys(fit);
    let bytes = 0;
    const stored = fit.map((event, index) => {
      const { type, version } = event.definition;
      const data = JSON.stringify(withoutPersonalData(event, keys));
      const metadata = JSON.stringify(event.metadata);
      const size = Buffer.byteLength(data);
      if (size > maxEventBytes)
        throw new EventRefused(
          `${nameOf(type, index, length)}: an event can hold ${maxEventBytes} bytes of data, not ${size}`,
        );
      bytes += size + Buffer.byteLength(metadata);
      return { id: event.id, type, version, data, metadata };
    });
    if (bytes > maxAppendBytes)
      throw new EventRefused(
        `An append can hold ${maxAppendBytes} bytes of data and metadata, not ${bytes}`,
      );
    return stored;
  }

  /** Asks for the keys of a whole batch at once; what cannot be read says so, and stops nobody else. */
  async decode(stored: readonly StoredEntry[]): Promise<LogEntry[]> {
    const people = new Set<string>();
    for (const { type, data } of stored) {
      const definition = findDefinition(type);
      const person = definition && personOf(definition, data);
      if (person !== undefined) people.add(person);
    }
    const keys = people.size === 0 ? noKeys : await this.keys.find([...people]);
    const entries: LogEntry[] = [];
    await inSlices(stored, (entry) => void entries.push(decodeOne(entry, keys)));
    return entries;
  }

  private async ensureKeys(events: readonly CheckedEvent[]): Promise<Keys> {
    const people = new Set(
      events.flatMap(({ definition, data }) => personOf(definition, data) ?? []),
    );
    if (people.size === 0) return noKeys;
    return new Map(
      await Promise.all(
        [...people].map(async (person) => [person, await this.keys.ensure(person)] as const),
      ),
    );
  }
}

/** An event that fits its schema, and whose data and metadata JSON can carry. */
interface CheckedEvent {
  readonly id: string;
  readonly definition: Definition;
  readonly data: object;
  readonly metadata: EventMetadata;
}

function checkEvent(
  { id, event, metadata }: NewEvent,
  index: number,
  length: number,
): CheckedEvent {
  try {
    const definition = findDefinition(event.type);
    if (definition === undefined) throw new EventRefused('there is no such type of event');
    if (!isUuid(id) && !looksLikeUuid.test(id))
      throw new EventRefused(`id: ${JSON.stringify(id)} is no UUID`);
    const { data } = checked(definition, event.data);
    const found = findNotJson(data);
    if (found !== undefined)
      throw new EventRefused(`${found.path.join('.')}: ${found.what} cannot be carried by JSON`);
    return { id: id.toLowerCase(), definition, data, metadata: checkedMetadata(metadata) };
  } catch (error) {
    const what = `${nameOf(event.type, index, length)}: ${explain(error)}`;
    throw new EventRefused(what, { cause: error });
  }
}

function refuseRepeated(events: readonly CheckedEvent[]): void {
  const seen = new Set<string>();
  for (const [index, { id, definition }] of events.entries()) {
    if (seen.has(id))
      throw new EventRefused(
        `${nameOf(definition.type, index, events.length)}: id: ${id} occurs twice in the append`,
      );
    seen.add(id);
  }
}

function nameOf(type: string, index: number, length: number): string {
  return `Event ${index + 1} of ${length}, ${type}`;
}

/** Whatever its version says. */
const looksLikeUuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

type Keys = ReadonlyMap<string, Buffer>;
const noKeys: Keys = new Map();

/** Whom the data tells something about, if the type is one that does. */
function personOf({ personal }: Definition, data: unknown): string | undefined {
  return personal === undefined ? undefined : String(fieldsOf(data)[personal.of]);
}

function withoutPersonalData({ definition, data }: CheckedEvent, keys: Keys): object {
  const { personal } = definition;
  if (personal === undefined) return data;
  const fields = fieldsOf(data);
  const person = String(fields[personal.of]);
  const key = keys.get(person);
  if (key === undefined) throw new Error(`Unreachable: ${person} has a key by now`);
  for (const field of personal.fields) {
    const value = fields[field];
    if (typeof value === 'string') fields[field] = encrypt(value, key, `${person}:${field}`);
  }
  return fields;
}

function decodeOne(entry: StoredEntry, keys: Keys): LogEntry {
  const { id, stream, revision, position, recordedAt, type, version } = entry;
  try {
    const definition = findDefinition(type);
    if (definition === undefined) throw new Error(`Event type ${type} is not known`);
    const data = readPersonalData(definition, upcast(definition, version, entry.data), keys);
    const event = checked(definition, data);
    const metadata = checkedMetadata(entry.metadata);
    return { id, stream, revision, position, recordedAt, readable: true, event, metadata };
  } catch (error) {
    const reason = explain(error);
    const envelope = { id, stream, revision, position, recordedAt };
    return { ...envelope, readable: false, type, version, reason };
  }
}

function upcast(definition: Definition, version: number, data: unknown): unknown {
  const { type, version: newest, upcasters } = definition;
  if (version > newest)
    throw new Error(`${type} version ${version} was written by a newer Watchbook`);
  let current = data;
  for (let from = version; from < newest; from += 1) {
    const step = upcasters?.[from];
    if (step === undefined) throw new Error(`${type} has no upcaster from version ${from}`);
    current = step(current);
  }
  return current;
}

function readPersonalData({ personal }: Definition, data: unknown, keys: Keys): unknown {
  if (personal === undefined) return data;
  const fields = fieldsOf(data);
  const person = String(fields[personal.of]);
  const key = keys.get(person);
  for (const field of personal.fields) {
    const value = fields[field];
    if (typeof value !== 'string') continue;
    fields[field] = key === undefined ? erased : decrypt(value, key, `${person}:${field}`);
  }
  return fields;
}

/** A copy, to be written into. */
function fieldsOf(data: unknown): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

function explain(error: unknown): string {
  if (!(error instanceof z.ZodError)) return error instanceof Error ? error.message : String(error);
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
