import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Pool } from 'pg';

export interface Session {
  readonly userId: string;
  readonly credentialId: string;
}

/** Refresh tokens: each is used once. Whoever uses one again has stolen it, or was stolen from: its family ends. */
export class RefreshTokens {
  constructor(private readonly pool: Pool) {}

  /** The first token of a new family. */
  async issue({ userId, credentialId }: Session): Promise<string> {
    const token = newToken();
    await this.pool.query(
      `INSERT INTO secrets.refresh_tokens (hash, family, user_id, credential_id, expires_at)
       VALUES ($1, $2, $3, $4, now() + $5 * interval '1 second')`,
      [digest(token), randomUUID(), userId, credentialId, lifeSeconds],
    );
    return token;
  }

  /** Whose token it is, used up or not; `undefined` when nobody has it any more. */
  async find(token: string): Promise<Session | undefined> {
    const { rows } = await this.pool.query<Row>(
      'SELECT user_id, credential_id FROM secrets.refresh_tokens WHERE hash = $1',
      [digest(token)],
    );
    const [row] = rows;
    return row && { userId: row.user_id, credentialId: row.credential_id };
  }

  /** Uses a token up for the next one of its family. `undefined` when it is unknown, expired, or was used before. */
  async rotate(token: string): Promise<string | undefined> {
    const next = newToken();
    // One statement, so that of two requests with the same token only one gets through, and the other one, which
    // ends the family, finds the new token in it.
    const { rowCount } = await this.pool.query(
      `WITH used AS (
         UPDATE secrets.refresh_tokens
            SET used_at = now()
          WHERE hash = $1 AND used_at IS NULL AND expires_at > now()
      RETURNING family, user_id, credential_id
       )
       INSERT INTO secrets.refresh_tokens (hash, family, user_id, credential_id, expires_at)
       SELECT $2, family, user_id, credential_id, now() + $3 * interval '1 second' FROM used`,
      [digest(token), digest(next), lifeSeconds],
    );
    if (rowCount === 1) return next;
    await this.revokeFamily(token);
    return undefined;
  }

  /** Ends the token and everything that came of the same login. */
  async revokeFamily(token: string): Promise<void> {
    await this.pool.query(
      `DELETE FROM secrets.refresh_tokens
        WHERE family = (SELECT family FROM secrets.refresh_tokens WHERE hash = $1)`,
      [digest(token)],
    );
  }

  async revokeBegunWith(credentialId: string): Promise<void> {
    await this.pool.query('DELETE FROM secrets.refresh_tokens WHERE credential_id = $1', [
      credentialId,
    ]);
  }

  async revokeAll(userId: string): Promise<void> {
    await this.pool.query('DELETE FROM secrets.refresh_tokens WHERE user_id = $1', [userId]);
  }

  async removeExpired(): Promise<void> {
    await this.pool.query('DELETE FROM secrets.refresh_tokens WHERE expires_at < now()');
  }
}

interface Row {
  readonly user_id: string;
  readonly credential_id: string;
}

const lifeSeconds = 30 * 24 * 60 * 60;

function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** The tokens are random enough that a plain hash tells nothing. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
