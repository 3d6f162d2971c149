import { type StoredEntry } from '../../event-store/codec.js';
import { type StoredLog } from '../../event-store/stored-log.js';
import { inSlices } from '../../platform/slices.js';
import { leafOf } from './hashes.js';
import { makeSeal, type Seal } from './seal.js';
import { type SealArchive } from './seal-archive.js';
import { type SealKey } from './seal-key.js';

export interface SealerParts {
  readonly log: Pick<StoredLog, 'pages'>;
  /** Of the log; undefined while it is empty. */
  readonly identity: () => Promise<string | undefined>;
  readonly archive: SealArchive;
  readonly key: () => Promise<SealKey>;
}

/** Seals what has come into the log since the last time. Several at once do no harm: the chain never forks. */
export class Sealer {
  constructor(private readonly parts: SealerParts) {}

  /**
   * @param minAgeMs A block that is not full is sealed only when its oldest event is as old as that; 0: always.
   * @returns How many blocks were sealed; undefined when another process is at it.
   * @throws EventStoreUnavailable, DatabaseError; what was sealed before stays.
   */
  async seal(minAgeMs: number, signal?: AbortSignal): Promise<number | undefined> {
    const { archive, identity } = this.parts;
    const leave = await archive.enter();
    if (leave === undefined) return undefined;
    try {
      const log = await identity();
      return log === undefined ? 0 : await this.sealLog(log, minAgeMs, signal);
    } finally {
      leave();
    }
  }

  private async sealLog(log: string, minAgeMs: number, signal?: AbortSignal): Promise<number> {
    const { archive, log: stored } = this.parts;
    const { seal, position } = await archive.last(log);
    const key = await this.parts.key();
    let last: Seal | undefined = seal;
    let sealed = 0;
    for await (const block of blocksOf(stored.pages(position))) {
      const [first, end] = [block[0], block.at(-1)];
      if (signal?.aborted === true || first === undefined || end === undefined) break;
      const now = new Date();
      const age = now.getTime() - Date.parse(first.recordedAt);
      if (block.length < maxEvents && age < minAgeMs) break;
      const leaves: Buffer[] = [];
      await inSlices(block, (entry) => void leaves.push(leafOf(entry)));
      last = makeSeal(last, leaves, now.toISOString(), key);
      await archive.add(log, last, end.position);
      sealed += 1;
    }
    return sealed;
  }
}

/** Events of a full block. */
const maxEvents = 1_000;

async function* blocksOf(
  pages: AsyncIterable<readonly StoredEntry[]>,
): AsyncIterable<readonly StoredEntry[]> {
  let block: StoredEntry[] = [];
  for await (const page of pages)
    for (const entry of page) {
      block.push(entry);
      if (block.length < maxEvents) continue;
      yield block;
      block = [];
    }
  if (block.length > 0) yield block;
}
