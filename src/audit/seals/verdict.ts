import { type StoredEntry } from '../../event-store/codec.js';
import { type Position } from '../../event-store/position.js';
import { type Seal } from './seal.js';

/** What came of comparing a log with its seals. */
export type Verdict = Intact | Broken;

export interface Intact {
  readonly intact: true;
  /** Events whose seals were checked. */
  readonly sealed: number;
  readonly blocks: number;
  /** Newer events, which are in no block yet. */
  readonly unsealed: number;
  /** Whether the seals' signatures were checked, too: that needs a key. */
  readonly signaturesChecked: boolean;
  /** The newest seal. */
  readonly last: Seal | undefined;
}

/** The first thing that is not as it was sealed. */
export interface Broken {
  readonly intact: false;
  readonly what: 'changed' | 'missing' | 'inserted' | 'moved' | 'cut off' | 'block' | 'seal';
  readonly block: number;
  /** How many events stand before it, all of them as they were sealed. */
  readonly eventsBefore: number;
  /** The event, where there is one; else the last one before it. */
  readonly place: Place | undefined;
  /** For people, a whole sentence. */
  readonly explanation: string;
}

export interface Place {
  readonly position: Position;
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
}

export function placeOf(entry: StoredEntry | undefined): Place | undefined {
  if (entry === undefined) return undefined;
  const { position, stream, revision, id, type } = entry;
  return { position, stream, revision, id, type };
}
