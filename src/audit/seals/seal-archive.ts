import { type Pool } from 'pg';
import { z } from 'zod';
import { type Position, start } from '../../event-store/position.js';
import { advisoryLocks, tryLock } from '../../platform/advisory-locks.js';
import { splitLeaves } from './hashes.js';
import { type Seal } from './seal.js';

/** The seals there are, in the database. */
export class SealArchive {
  constructor(private readonly pool: Pool) {}

  /**
   * Makes this process the one that seals, until it calls what it gets; undefined while another one is. Should that
   * fail, the others would only do the same work: `add` keeps the chain whole.
   */
  async enter(): Promise<(() => void) | undefined> {
    const client = await this.pool.connect();
    try {
      if (await tryLock(client, advisoryLocks.seals)) return () => client.release(true);
      client.release();
      return undefined;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** The newest seal of a log, and where in that log it ends. */
  async last(log: string): Promise<{ seal: Seal | undefined; position: Position }> {
    const { rows } = await this.pool.query(
      `SELECT ${columns} FROM seals.blocks WHERE log = $1 ORDER BY number DESC LIMIT 1`,
      [log],
    );
    const [found] = SealRows.parse(rows);
    if (found === undefined) return { seal: undefined, position: start };
    return { seal: toSeal(found), position: BigInt(found.last_position) };
  }

  /** @throws DatabaseError 23505 when another process was faster. */
  async add(log: string, seal: Seal, lastPosition: Position): Promise<void> {
    const { number, events, total, root, previous, hash, sealedAt, keyId, signature } = seal;
    await this.pool.query(
      `INSERT INTO seals.blocks
         (log, number, events, total, last_position, root, previous, hash, sealed_at, key_id, signature, leaves)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
      [
        ...[log, number, events, total, lastPosition, root, previous, hash, sealedAt, keyId],
        ...[signature, Buffer.concat(seal.leaves ?? [])],
      ],
    );
  }

  /** In order; those after a number, or all of them. */
  async *all(log: string, after = 0): AsyncIterable<Seal> {
    let number = after;
    for (;;) {
      const { rows } = await this.pool.query(
        `SELECT ${columns} FROM seals.blocks WHERE log = $1 AND number > $2 ORDER BY number LIMIT $3`,
        [log, number, pageSize],
      );
      const found = SealRows.parse(rows);
      for (const row of found) yield toSeal(row);
      const last = found.at(-1);
      if (last === undefined || found.length < pageSize) return;
      number = last.number;
    }
  }

  /** The logs that have seals here. */
  async logs(): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ log: string }>(
      'SELECT DISTINCT log FROM seals.blocks ORDER BY log',
    );
    return rows.map(({ log }) => log);
  }
}

/** The leaves of a hundred full blocks are 3.2 MB. */
const pageSize = 100;

const columns = `
  number, events, total, last_position, root, previous, hash, key_id, signature, leaves,
  to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS sealed_at`;

const bytes = z.instanceof(Buffer);
const bigNumber = z.string().transform(Number);
const SealRow = z.object({
  number: bigNumber,
  events: z.int(),
  total: bigNumber,
  last_position: z.string(),
  root: bytes,
  previous: bytes,
  hash: bytes,
  sealed_at: z.string(),
  key_id: z.string(),
  signature: bytes,
  leaves: bytes,
});
const SealRows = z.array(SealRow);

function toSeal(row: z.infer<typeof SealRow>): Seal {
  const { number, events, total, root, previous, hash, signature, leaves } = row;
  const facts = { number, events, total, root, previous, sealedAt: row.sealed_at };
  return { ...facts, hash, keyId: row.key_id, signature, leaves: splitLeaves(leaves) };
}
