import { type StoredEntry } from '../../event-store/codec.js';
import { leafOf, merkleRoot } from './hashes.js';
import { findDifference } from './difference.js';
import { noHash, type Seal, sealHash } from './seal.js';
import { type SealPublicKey } from './seal-key.js';
import { placeOf, type Verdict } from './verdict.js';

/**
 * Compares a log, from its beginning, with its seals in their order, and stops at the first thing that is wrong.
 *
 * @param keys Whose signatures count, by id; with none, signatures are not checked.
 */
export async function verify(
  entries: AsyncIterable<StoredEntry>,
  seals: AsyncIterable<Seal>,
  keys: ReadonlyMap<string, SealPublicKey>,
): Promise<Verdict> {
  const log = new Ahead(entries);
  const chain = new Ahead(seals);
  let last: Seal | undefined;
  let before: StoredEntry | undefined;
  try {
    for (let seal = await chain.next(); seal !== undefined; seal = await chain.next()) {
      const eventsBefore = last?.total ?? 0;
      const context = { block: seal.number, eventsBefore };
      const problem = sealProblem(seal, last, keys);
      if (problem !== undefined)
        return {
          intact: false,
          what: 'seal',
          ...context,
          place: placeOf(before),
          explanation: problem,
        };

      const block = await log.take(seal.events);
      const leaves = block.map(leafOf);
      if (block.length < seal.events || !merkleRoot(leaves).equals(seal.root)) {
        const [nextEntry, nextSeal] = [await log.peek(), await chain.peek()];
        return { intact: false, ...findDifference(seal, block, before, nextEntry, nextSeal) };
      }
      before = block.at(-1);
      last = seal;
    }
    const unsealed = await log.count();
    const [sealed, blocks] = [last?.total ?? 0, last?.number ?? 0];
    return { intact: true, sealed, blocks, unsealed, signaturesChecked: keys.size > 0, last };
  } finally {
    await log.close();
    await chain.close();
  }
}

/** What is wrong with a seal itself; `undefined` when nothing is. */
function sealProblem(
  seal: Seal,
  before: Seal | undefined,
  keys: ReadonlyMap<string, SealPublicKey>,
): string | undefined {
  const { number, events, total, previous, hash, keyId, signature } = seal;
  if (number !== (before?.number ?? 0) + 1) return `Seal ${(before?.number ?? 0) + 1} is missing`;
  if (!previous.equals(before?.hash ?? noHash))
    return `Seal ${number} does not follow from the one before it`;
  if (total !== (before?.total ?? 0) + events || !sealHash(seal).equals(hash))
    return `Seal ${number} was changed: its hash is not that of what it says`;
  if (keys.size === 0) return undefined;
  const key = keys.get(keyId);
  if (key === undefined)
    return `Seal ${number} is signed with key ${keyId}, which is not known here`;
  return key.isSignature(hash, signature) ? undefined : `The signature of seal ${number} is forged`;
}

/** Reads on as far as is asked for, and can look one further. */
class Ahead<T> {
  private readonly iterator: AsyncIterator<T>;
  private peeked: IteratorResult<T> | undefined;

  constructor(items: AsyncIterable<T>) {
    this.iterator = items[Symbol.asyncIterator]();
  }

  async peek(): Promise<T | undefined> {
    this.peeked ??= await this.iterator.next();
    return this.peeked.done === true ? undefined : this.peeked.value;
  }

  async next(): Promise<T | undefined> {
    const item = await this.peek();
    if (this.peeked?.done !== true) this.peeked = undefined;
    return item;
  }

  async take(count: number): Promise<T[]> {
    const items: T[] = [];
    for (let item = await this.peek(); items.length < count && item !== undefined;) {
      items.push(item);
      await this.next();
      item = await this.peek();
    }
    return items;
  }

  async count(): Promise<number> {
    let count = 0;
    while ((await this.next()) !== undefined) count += 1;
    return count;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}
