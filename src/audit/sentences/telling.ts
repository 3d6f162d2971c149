import { type EventOfType, type EventType } from '../../domain/events.js';
import { type EventMetadata } from '../../event-store/metadata.js';

/** What one event says, before it is known what the people and things in it are called. */
export interface Telling {
  /** Goes on after the actor: `renamed service *a* to *b*`. */
  readonly predicate: Phrase;
  /** Who did it, where that is not the actor. */
  readonly doer?: Part;
  readonly changes: readonly Change[];
}

export type Phrase = readonly Part[];

export type Part =
  | string
  /** A name that stands in the event, or in the state before it. */
  | { readonly name: string }
  /** Text that tells something about a person: not everybody may read it. */
  | { readonly personal: string | null }
  | { readonly person: string }
  /** `Ana’s`, or `their own` where the person is the actor. */
  | { readonly whose: string }
  /** Whatever a stream is about: `service *billing*`. */
  | { readonly subject: string };

/** One field that is another one now; null stands for nothing. */
export interface Change {
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
  /** Not for everybody's eyes. */
  readonly isPersonal?: boolean;
}

/** For each of these types, how its events read; forgetting one does not compile. */
export type Sentences<Type extends EventType, State> = {
  readonly [Each in Type]: (
    data: EventOfType<Each>['data'],
    before: State,
    metadata: EventMetadata,
  ) => Telling;
};

/** A telling without changes. */
export function plainly(predicate: Phrase): Telling {
  return { predicate, changes: [] };
}

export function telling(predicate: Phrase, changes: readonly Change[]): Telling {
  return { predicate, changes };
}

/** Writes a phrase as a template: phrase`tagged ${part} with ${part}`. */
export function phrase(texts: TemplateStringsArray, ...parts: readonly (Part | Phrase)[]): Phrase {
  return texts.flatMap((text, index): Part[] => {
    const part = parts[index];
    if (part === undefined) return [text];
    return isPhrase(part) ? [text, ...part] : [text, part];
  });
}

/** The fields in which two values differ, by name; `undefined` has no fields. */
export function differences(before: object | undefined, after: object | undefined): Change[] {
  const [old, now]: [Fields, Fields] = [{ ...before }, { ...after }];
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((field) => ({ field: onTheWire(field), old: old[field] ?? null, new: now[field] ?? null }))
    .filter((change) => JSON.stringify(change.old) !== JSON.stringify(change.new));
}

/** `60 → 30` for one difference, and so on for more: what a sentence says of numbers. */
export function inWords(changes: readonly Change[]): string {
  return changes
    .map(({ field, old, new: now }) => `${field} ${shown(old)} → ${shown(now)}`)
    .join(', ');
}

type Fields = Readonly<Record<string, unknown>>;

function isPhrase(part: Part | Phrase): part is Phrase {
  return Array.isArray(part);
}

function shown(value: unknown): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The events say `timeoutMs`, the wire `timeout_ms`. */
function onTheWire(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
