import { type Seal } from './seal.js';

/**
 * A chain of seals as it is kept, with seals that were exported earlier laid over it: those are the ones to believe.
 * Their events' hashes are taken from the kept ones where the export left them out.
 */
export class ChainWithExported {
  private differing: number | undefined;

  constructor(
    private readonly kept: AsyncIterable<Seal>,
    private readonly exported: AsyncIterable<Seal>,
  ) {}

  /** The first seal that is not kept as it was exported; known when the chain has been read. */
  get firstDiffering(): number | undefined {
    return this.differing;
  }

  async *seals(): AsyncIterable<Seal> {
    const exported = this.exported[Symbol.asyncIterator]();
    let next = await exported.next();
    let isAnyKept = false;
    for await (const seal of this.kept) {
      isAnyKept = true;
      const given = next.done === true ? undefined : next.value;
      if (given === undefined || given.number > seal.number) {
        yield seal;
        continue;
      }
      if (given.number !== seal.number || !given.hash.equals(seal.hash)) {
        this.differing = given.number;
        break;
      }
      yield { ...given, leaves: given.leaves ?? seal.leaves };
      next = await exported.next();
    }
    // A log that was copied has no seals of its own: then the exported ones are all there is.
    for (; next.done !== true; next = await exported.next()) {
      if (isAnyKept) this.differing ??= next.value.number;
      yield next.value;
    }
  }
}
