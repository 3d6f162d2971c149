import { type StoredEntry } from '../../event-store/codec.js';
import { leafOf, merkleRoot } from './hashes.js';
import { type Seal } from './seal.js';
import { type Broken, placeOf } from './verdict.js';

type Difference = Omit<Broken, 'intact'>;

/**
 * The first event of a block that is not as it was sealed, and what was done to it as far as its neighbours tell.
 *
 * @param block What stands in the log where the block should be; shorter only at the log's end.
 * @param before The event before the block.
 * @param nextEntry What comes after it in the log.
 * @param nextSeal The seal after this one.
 */
export function findDifference(
  seal: Seal,
  block: readonly StoredEntry[],
  before: StoredEntry | undefined,
  nextEntry: StoredEntry | undefined,
  nextSeal: Seal | undefined,
): Difference {
  const firstOfAll = seal.total - seal.events;
  const sealed = seal.leaves;
  if (sealed === undefined) {
    const place = placeOf(block[0] ?? before);
    const context = { block: seal.number, eventsBefore: firstOfAll, place };
    if (block.length < seal.events) return cutOff(seal, block.length, block.at(-1) ?? before);
    return { what: 'block', ...context, explanation: somewhereIn(seal, block) };
  }
  if (!merkleRoot(sealed).equals(seal.root)) {
    const context = { block: seal.number, eventsBefore: firstOfAll, place: placeOf(before) };
    const explanation = `Seal ${seal.number} was changed: the hashes of its events do not lead to its root`;
    return { what: 'seal', ...context, explanation };
  }

  const found = [...block, ...(nextEntry === undefined ? [] : [nextEntry])];
  const actual = found.map((entry) => leafOf(entry).toString('hex'));
  const expected = [...sealed, ...(nextSeal?.leaves?.slice(0, 1) ?? [])].map((leaf) =>
    leaf.toString('hex'),
  );
  const index = expected.findIndex((leaf, at) => leaf !== actual[at]);
  const entry = found[index];
  if (entry === undefined) return cutOff(seal, index, found[index - 1] ?? before);

  const context = { block: seal.number, eventsBefore: firstOfAll + index };
  const [here, wanted] = [actual[index] ?? '', expected[index] ?? ''];
  const [isKnown, isStillThere] = [
    expected.includes(here, index + 1),
    actual.includes(wanted, index + 1),
  ];
  if (isKnown && isStillThere)
    return { what: 'moved', ...context, place: placeOf(entry), explanation: moved(entry) };
  if (isKnown) {
    const last = found[index - 1] ?? before;
    return { what: 'missing', ...context, place: placeOf(last), explanation: missing(last, entry) };
  }
  if (isStillThere)
    return { what: 'inserted', ...context, place: placeOf(entry), explanation: inserted(entry) };
  return { what: 'changed', ...context, place: placeOf(entry), explanation: changed(entry) };
}

function cutOff(seal: Seal, found: number, last: StoredEntry | undefined): Difference {
  const eventsBefore = seal.total - seal.events + found;
  const lost = seal.total - eventsBefore;
  const end = last === undefined ? 'It is empty now' : `It ends with ${named(last)} now`;
  return {
    what: 'cut off',
    block: seal.number,
    eventsBefore,
    place: placeOf(last),
    explanation: `The end of the log was cut off: at least ${lost} sealed event${lost === 1 ? ' is' : 's are'} gone. ${end}`,
  };
}

function somewhereIn(seal: Seal, block: readonly StoredEntry[]): string {
  const [first, last] = [block[0]?.position, block.at(-1)?.position];
  return `One of the events at positions ${first} to ${last} is not as it was sealed (block ${seal.number}); these seals have no hashes of single events, so nobody can tell which`;
}

const changed = (entry: StoredEntry): string =>
  `${sentenceStart(entry)} is not as it was sealed: it was changed, or put in the place of another`;
const inserted = (entry: StoredEntry): string =>
  `${sentenceStart(entry)} was put in later: it was not there when its place was sealed`;
const moved = (entry: StoredEntry): string =>
  `${sentenceStart(entry)} is not at its place: the order was changed`;

function missing(before: StoredEntry | undefined, after: StoredEntry): string {
  const place = before === undefined ? 'at the beginning' : `after ${named(before)}`;
  return `An event that was sealed is missing ${place}, before ${named(after)}`;
}

function sentenceStart(entry: StoredEntry): string {
  return named(entry).replace(/^t/, 'T');
}

function named({ position, stream, revision, type }: StoredEntry): string {
  return `the event at position ${position} (${type}, revision ${revision} of stream ${stream})`;
}
