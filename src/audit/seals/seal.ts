import { hashBytes, hashOf, merkleRoot } from './hashes.js';
import { type SealKey } from './seal-key.js';

/** A sealed block: so many events, in the order of the log, after those of the block before. */
export interface Seal {
  /** From 1. */
  readonly number: number;
  readonly events: number;
  /** How many events there are in this block and all before it. */
  readonly total: number;
  /** Of the Merkle tree over the block's events. */
  readonly root: Buffer;
  /** The hash of the block before; zeros for the first. */
  readonly previous: Buffer;
  /** UTC, ISO 8601 with milliseconds. */
  readonly sealedAt: string;
  /** Of everything above. */
  readonly hash: Buffer;
  readonly keyId: string;
  /** Ed25519, of the hash. */
  readonly signature: Buffer;
  /** The hash of each event; an export may leave them out. */
  readonly leaves: readonly Buffer[] | undefined;
}

/** Seals events after a block; `before` is undefined for the first. */
export function makeSeal(
  before: Pick<Seal, 'number' | 'total' | 'hash'> | undefined,
  leaves: readonly Buffer[],
  sealedAt: string,
  key: SealKey,
): Seal {
  const facts = {
    number: (before?.number ?? 0) + 1,
    events: leaves.length,
    total: (before?.total ?? 0) + leaves.length,
    root: merkleRoot(leaves),
    previous: before?.hash ?? noHash,
    sealedAt,
  };
  const hash = sealHash(facts);
  return { ...facts, hash, keyId: key.id, signature: key.sign(hash), leaves };
}

/** What the hash of a seal must be. */
export function sealHash(
  seal: Pick<Seal, 'number' | 'events' | 'total' | 'root' | 'previous' | 'sealedAt'>,
): Buffer {
  const { number, events, total, root, previous, sealedAt } = seal;
  return hashOf({
    format: 'watchbook-seal-1',
    number,
    events,
    total,
    root: root.toString('hex'),
    previous: previous.toString('hex'),
    sealed_at: sealedAt,
  });
}

/** What stands before the first block. */
export const noHash = Buffer.alloc(hashBytes);
