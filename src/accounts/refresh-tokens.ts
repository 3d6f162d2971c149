import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Pool } from 'pg';

export interface Session {
  readonly userId: string;
  readonly credentialId: string;
}

/** Refresh tokens: each is used once. Whoever uses one again has stolen it, or was stolen from: its family ends. */
export class RefreshTokens {
  constructor(private readonly pool: Pool) {}

  async issue({ userId, credentialId }: Session, family: string = randomUUID()): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await this.pool.query(
      `INSERT INTO secrets.refresh_tokens (hash, family, user_id, credential_id, expires_at)
       VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')`,
      [digest(token), family, userId, credentialId, lifeSeconds],
    );
    return token;
  }

  /** Uses a token up. `undefined` when it is unknown, expired, or was used before. */
  async redeem(token: string): Promise<(Session & { readonly family: string }) | undefined> {
    // One statement, so that of two requests with the same token only one gets through.
    const { rows } = await this.pool.query<Row>(
      `UPDATE secrets.refresh_tokens
          SET used_at = now()
        WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
    RETURNING family, user_id, credential_id`,
      [digest(token)],
    );
    const [row] = rows;
    if (row === undefined) {
      await this.revokeFamily(token);
      return undefined;
    }
    return { family: row.family, userId: row.user_id, credentialId: row.credential_id };
  }

  /** Ends the token and everything that came of the same login. */
  async revokeFamily(token: string): Promise<void> {
    await this.pool.query(
      `DELETE FROM secrets.refresh_tokens
        WHERE family = (SELECT family FROM secrets.refresh_tokens WHERE hash = $1)`,
      [digest(token)],
    );
  }

  /** Ends the sessions that were begun under another password, or all of them when there is none any more. */
  async revokeOthers(userId: string, credentialId: string | null): Promise<void> {
    await this.pool.query(
      'DELETE FROM secrets.refresh_tokens WHERE user_id = $1 AND credential_id IS DISTINCT FROM $2',
      [userId, credentialId],
    );
  }

  async removeExpired(): Promise<void> {
    await this.pool.query('DELETE FROM secrets.refresh_tokens WHERE expires_at < now()');
  }
}

interface Row {
  readonly family: string;
  readonly user_id: string;
  readonly credential_id: string;
}

const lifeSeconds = 30 * 24 * 60 * 60;

/** The tokens are random enough that a plain hash tells nothing. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
