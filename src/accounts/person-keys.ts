import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';

/**
 * The keys of the people whose data stands in the log, in Postgres. Keys are remembered for a while, because the same
 * few are needed again and again; a person who is forgotten elsewhere is forgotten here when that time is over.
 */
export class PostgresPersonKeys {
  private readonly remembered = new Map<string, { readonly key: Buffer; readonly until: number }>();

  constructor(private readonly pool: Pool) {}

  async ensure(personId: string): Promise<Buffer> {
    const known = this.recall(personId);
    if (known !== undefined) return known;
    const { rows } = await this.pool.query<{ key: Buffer }>(
      `WITH made AS (
         INSERT INTO secrets.person_keys (person_id, key)
         SELECT $1, $2
          WHERE NOT EXISTS (SELECT FROM secrets.forgotten_people WHERE person_id = $1)
             ON CONFLICT (person_id) DO UPDATE SET key = person_keys.key
         RETURNING key
       )
       SELECT key FROM made`,
      [personId, randomBytes(32)],
    );
    const key = rows[0]?.key;
    if (key === undefined)
      throw new Error('Nothing more is written about a person who was forgotten');
    this.remember(personId, key);
    return key;
  }

  async find(personIds: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const found = new Map<string, Buffer>();
    const unknown: string[] = [];
    for (const id of personIds) {
      const key = this.recall(id);
      if (key === undefined) unknown.push(id);
      else found.set(id, key);
    }
    if (unknown.length > 0) {
      const { rows } = await this.pool.query<{ person_id: string; key: Buffer }>({
        name: 'person-keys',
        text: 'SELECT person_id, key FROM secrets.person_keys WHERE person_id = ANY ($1)',
        values: [unknown],
      });
      for (const { person_id, key } of rows) {
        found.set(person_id, key);
        this.remember(person_id, key);
      }
    }
    return found;
  }

  async forget(personId: string): Promise<void> {
    this.remembered.delete(personId);
    await this.pool.query(
      `WITH forgotten AS (
         INSERT INTO secrets.forgotten_people (person_id) VALUES ($1) ON CONFLICT DO NOTHING
       )
       DELETE FROM secrets.person_keys WHERE person_id = $1`,
      [personId],
    );
  }

  private recall(personId: string): Buffer | undefined {
    const known = this.remembered.get(personId);
    return known !== undefined && known.until > Date.now() ? known.key : undefined;
  }

  private remember(personId: string, key: Buffer): void {
    if (this.remembered.size >= maxRemembered) this.remembered.clear();
    this.remembered.set(personId, { key, until: Date.now() + rememberMs });
  }
}

const rememberMs = 5 * 60 * 1000;
const maxRemembered = 50_000;
