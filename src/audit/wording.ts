import { type LogEntry } from '../event-store/event-store.js';
import { type EventMetadata } from '../event-store/metadata.js';
import { type Position } from '../event-store/position.js';
import { type AuditActor, type AuditChange } from './audit-entry.js';
import { type PersonName } from './names.js';
import { type Change, type Part, type Telling } from './sentences/telling.js';

/** What is needed to put a telling into words for one reader. */
export interface Dictionary {
  readonly people: ReadonlyMap<string, PersonName>;
  nameAt(stream: string, position: Position): string | undefined;
  /** Whether the reader may know e-mail addresses and the like. */
  readonly seesPersonalData: boolean;
}

/** @param actor Undefined where the event cannot be read. */
export function sentenceOf(
  { predicate, doer }: Telling,
  { position }: LogEntry,
  actor: EventMetadata['actor'] | undefined,
  dictionary: Dictionary,
): string {
  const speak = (part: Part): string => spoken(part, actor?.id, position, dictionary);
  const subject = doer === undefined ? nameOf(actor, dictionary) : speak(doer);
  const text = [subject, ' ', ...predicate.map(speak)].join('');
  // Names are written as people write them.
  return text.replace(/^somebody/, 'Somebody');
}

export function changesOf(
  changes: readonly Change[],
  { seesPersonalData }: Dictionary,
): AuditChange[] {
  return changes.map(({ field, old, new: now, isPersonal }) => {
    const hide = (value: unknown): unknown =>
      isPersonal === true && !seesPersonalData && value !== null ? hidden : value;
    return { field, old: hide(old), new: hide(now) };
  });
}

export function actorOf(actor: EventMetadata['actor'], dictionary: Dictionary): AuditActor {
  return { ...actor, name: nameOf(actor, dictionary) };
}

/** The people a telling speaks of. */
export function peopleIn({ predicate, doer }: Telling): string[] {
  return [...predicate, doer ?? ''].flatMap((part) => {
    if (typeof part === 'string') return [];
    if ('person' in part) return [part.person];
    if ('whose' in part) return [part.whose];
    if ('subject' in part && part.subject.startsWith('user-')) return [part.subject.slice(5)];
    return [];
  });
}

/** The streams whose names a telling needs. */
export function thingsIn({ predicate }: Telling): string[] {
  return predicate.flatMap((part) =>
    typeof part !== 'string' && 'subject' in part ? [part.subject] : [],
  );
}

const hidden = '[hidden]';
const forgotten = 'somebody who was forgotten';

function nameOf(
  actor: EventMetadata['actor'] | undefined,
  dictionary: Pick<Dictionary, 'people' | 'seesPersonalData'>,
): string {
  if (actor === undefined) return 'somebody';
  switch (actor.kind) {
    case 'user':
      return personName(actor.id, dictionary);
    case 'process':
      return `Watchbook (${actor.id})`;
    case 'anonymous':
      return 'somebody who was not logged in';
  }
}

function personName(
  id: string,
  { people, seesPersonalData }: Pick<Dictionary, 'people' | 'seesPersonalData'>,
): string {
  const person = people.get(id);
  if (person === undefined) return forgotten;
  const { fullName, email } = person;
  return fullName ?? (seesPersonalData ? email : `user ${id}`);
}

function spoken(
  part: Part,
  actorId: string | undefined,
  position: Position,
  dictionary: Dictionary,
): string {
  if (typeof part === 'string') return part;
  if ('name' in part) return emphasised(part.name);
  if ('personal' in part) {
    if (part.personal === null) return 'none';
    return emphasised(dictionary.seesPersonalData ? part.personal : hidden);
  }
  if ('person' in part)
    return part.person === actorId ? 'themselves' : personName(part.person, dictionary);
  if ('whose' in part) return possessive(part.whose, actorId, dictionary);
  return thing(part.subject, position, dictionary);
}

function possessive(id: string, actorId: string | undefined, dictionary: Dictionary): string {
  if (id === actorId) return 'their own';
  const name = personName(id, dictionary);
  return name === forgotten ? 'a forgotten person’s' : `${name}’s`;
}

function thing(stream: string, position: Position, dictionary: Dictionary): string {
  const [kind = '', ...rest] = stream.split('-');
  const id = rest.join('-');
  if (kind === 'user') return `user ${personName(id, dictionary)}`;
  if (kind === 'role') return `role ${emphasised(id)}`;
  const name = dictionary.nameAt(stream, position);
  return name === undefined ? `a ${kind}` : `${kind} ${emphasised(name)}`;
}

function emphasised(name: string): string {
  return `*${name}*`;
}
