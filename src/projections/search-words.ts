import { findDefinition } from '../event-store/catalogue/catalogue.js';
import { type RecordedEvent } from '../event-store/event-store.js';

/**
 * The words somebody may search an event by: its type, its command, and the texts of its data. What tells something
 * about a person stays out, because these words outlive the key to it; so do the values of HTTP headers, which may be
 * secrets, and hashes nobody searches for.
 */
export function searchWordsOf({ event, metadata }: RecordedEvent): string[] {
  const { type } = event;
  const personal = findDefinition(type)?.personal?.fields ?? [];
  const texts = textsIn(event.data, new Set([...personal, ...neverSearched]));
  const all = [type, apart(type), metadata.command, apart(metadata.command), ...texts];
  return [...new Set(wordsOf(all.join(' ')))].slice(0, maxWords);
}

/** The words of a text as they are compared: in lower case, without what stands between them. A UUID is one word. */
export function wordsOf(text: string): string[] {
  const found = text.normalize('NFC').toLowerCase().match(word) ?? [];
  return found.map((each) => each.slice(0, maxWordLength));
}

const word = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[\p{L}\p{N}\p{M}]+/gu;
const maxWordLength = 64;
const maxWords = 200;
const neverSearched = ['credentialId', 'fingerprint'];

/** `ServiceRenamed` is found by `renamed`, too. */
function apart(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null ? Object.keys(value) : [];
}

function textsIn(value: unknown, without: ReadonlySet<string>): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((part: unknown) => textsIn(part, without));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]: [string, unknown]) => {
    if (without.has(key)) return [];
    if (key === 'headers') return keysOf(part);
    return textsIn(part, without);
  });
}
