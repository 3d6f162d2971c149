import { z } from 'zod';
import { hashBytes, splitLeaves } from './hashes.js';
import { type Seal } from './seal.js';

/** Something that should be seals, and cannot be read as such. */
export class SealFileDamaged extends Error {
  override readonly name = 'SealFileDamaged';
}

/** A seal as a line of JSON: hashes in hex, the rest in base64. */
export function sealToLine(seal: Seal, withEvents: boolean): string {
  const { number, events, total, root, previous, sealedAt, hash, keyId, signature, leaves } = seal;
  return JSON.stringify({
    format: 'watchbook-seal-1',
    number,
    events,
    total,
    root: root.toString('hex'),
    previous: previous.toString('hex'),
    sealed_at: sealedAt,
    hash: hash.toString('hex'),
    key_id: keyId,
    signature: signature.toString('base64'),
    ...(withEvents && leaves && { leaves: Buffer.concat([...leaves]).toString('base64') }),
  });
}

/** @throws SealFileDamaged naming the line. */
export async function* sealsFromLines(lines: AsyncIterable<string>): AsyncIterable<Seal> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    if (line.trim() !== '') yield sealFromLine(line, number);
  }
}

function sealFromLine(line: string, number: number): Seal {
  try {
    const { sealed_at: sealedAt, key_id: keyId, ...rest } = SealLine.parse(JSON.parse(line));
    return { ...rest, sealedAt, keyId };
  } catch (error) {
    throw new SealFileDamaged(`Line ${number} is no seal`, { cause: error });
  }
}

const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform((hex) => Buffer.from(hex, 'hex'));
const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const SealLine = z
  .object({
    format: z.literal('watchbook-seal-1'),
    number: z.int().positive(),
    events: z.int().positive(),
    total: z.int().positive(),
    root: hash,
    previous: hash,
    sealed_at: z.iso.datetime({ precision: 3 }),
    hash,
    key_id: z.string(),
    signature: base64,
    leaves: base64.optional(),
  })
  .refine(({ leaves, events }) => leaves === undefined || leaves.length === events * hashBytes)
  .transform(({ format: _, leaves, ...seal }) => ({
    ...seal,
    leaves: leaves && splitLeaves(leaves),
  }));
