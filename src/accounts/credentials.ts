import { type Pool } from 'pg';
import { hashPassword } from './passwords.js';

/** Stored passwords. One counts when the log names its credential as the user's current one. */
export class Credentials {
  constructor(private readonly pool: Pool) {}

  /** Doing it again with the same id keeps the first one: a retried request makes no second password. */
  async add(credentialId: string, userId: string, password: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO secrets.credentials (id, user_id, hash)
       VALUES ($1, $2, $3)
           ON CONFLICT (id) DO NOTHING`,
      [credentialId, userId, await hashPassword(password)],
    );
  }

  async hash(credentialId: string): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ hash: string }>({
      name: 'credential-hash',
      text: 'SELECT hash FROM secrets.credentials WHERE id = $1',
      values: [credentialId],
    });
    return rows[0]?.hash;
  }

  /** The same password in a better hash. */
  async rehash(credentialId: string, password: string): Promise<void> {
    await this.pool.query('UPDATE secrets.credentials SET hash = $2 WHERE id = $1', [
      credentialId,
      await hashPassword(password),
    ]);
  }

  async remove(credentialId: string): Promise<void> {
    await this.pool.query('DELETE FROM secrets.credentials WHERE id = $1', [credentialId]);
  }

  async removeAll(userId: string): Promise<void> {
    await this.pool.query('DELETE FROM secrets.credentials WHERE user_id = $1', [userId]);
  }
}
