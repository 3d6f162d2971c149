import { createHash } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import { type StoredEntry } from '../../event-store/codec.js';

/**
 * The hash of one event: SHA-256 of a zero byte and its canonical JSON (RFC 8785) as it is stored, personal data still
 * encrypted. Its position is left out, because the same log has other positions in another store.
 */
export function leafOf(entry: StoredEntry): Buffer {
  const { id, stream, revision, type, version, data, metadata, recordedAt } = entry;
  const facts = { id, stream, revision, type, version, data, metadata, recorded_at: recordedAt };
  return sha256(leafMark, Buffer.from(canonical(facts)));
}

/** The root of a Merkle tree over the leaves, shaped as in RFC 6962, section 2.1. @throws RangeError without leaves */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [first, ...rest] = leaves;
  if (first === undefined) throw new RangeError('A tree needs a leaf');
  if (rest.length === 0) return first;
  const half = 2 ** Math.floor(Math.log2(leaves.length - 1));
  return sha256(nodeMark, merkleRoot(leaves.slice(0, half)), merkleRoot(leaves.slice(half)));
}

/** The hash of anything that is JSON. */
export function hashOf(value: object): Buffer {
  return sha256(Buffer.from(canonical(value)));
}

export const hashBytes = 32;

/** The leaves of a block, which are kept one after the other. */
export function splitLeaves(leaves: Buffer): Buffer[] {
  return Array.from({ length: leaves.length / hashBytes }, (_, index) =>
    leaves.subarray(index * hashBytes, (index + 1) * hashBytes),
  );
}

const leafMark = Buffer.from([0]);
const nodeMark = Buffer.from([1]);

const canonical = configure({ circularValue: Error, bigint: false });

function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}
