import { type Pool } from 'pg';

/** Remembers how far a process came in the log, which it follows as any number of others may that do the same. */
export class ReaderCheckpoint {
  /** @param reader Its name, such as `process:retire-users`. */
  constructor(
    private readonly pool: Pool,
    private readonly reader: string,
  ) {}

  /** @returns The position up to which everything was done; `undefined` when nothing ever was. */
  async load(): Promise<bigint | undefined> {
    const { rows } = await this.pool.query<{ position: string }>(
      'SELECT position FROM readers.checkpoints WHERE reader = $1',
      [this.reader],
    );
    return rows[0] === undefined ? undefined : BigInt(rows[0].position);
  }

  /** Never backwards: another process may be further. */
  async save(position: bigint): Promise<void> {
    await this.pool.query(
      `INSERT INTO readers.checkpoints AS mine (reader, version, position)
       VALUES ($1, 1, $2)
           ON CONFLICT (reader) DO UPDATE
          SET position = greatest(mine.position, EXCLUDED.position), updated_at = now()`,
      [this.reader, position.toString()],
    );
  }
}
