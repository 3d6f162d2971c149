import { randomBytes } from 'node:crypto';
import { type Pool } from 'pg';

/** What requests to webhooks are signed with: secrets are not events, they can be replaced and deleted. */
export class WebhookSecrets {
  constructor(private readonly pool: Pool) {}

  /** The first secret of a webhook, made where there is none. Asked again, the newest one. */
  async first(webhookId: string): Promise<string> {
    await this.pool.query(
      `INSERT INTO secrets.webhook_secrets (webhook_id, number, secret)
       VALUES ($1, 1, $2)
           ON CONFLICT (webhook_id, number) DO NOTHING`,
      [webhookId, newSecret()],
    );
    const [newest] = await this.valid(webhookId);
    if (newest === undefined) throw new Error('Unreachable: a webhook has a secret now');
    return newest;
  }

  /**
   * A new secret; the one before counts for another day.
   *
   * @param number Tells the secrets of a webhook apart: asking for the same one again gives the same.
   */
  async rotate(webhookId: string, number: number): Promise<string> {
    // The older ones expire in the same statement, so that there is never a moment with none that counts.
    const { rows } = await this.pool.query<{ secret: string }>(
      `WITH older AS (
         UPDATE secrets.webhook_secrets
            SET expires_at = now() + $4 * interval '1 second'
          WHERE webhook_id = $1 AND number < $2 AND expires_at IS NULL
       )
       INSERT INTO secrets.webhook_secrets AS mine (webhook_id, number, secret)
       VALUES ($1, $2, $3)
           ON CONFLICT (webhook_id, number) DO UPDATE SET secret = mine.secret
    RETURNING secret`,
      [webhookId, number, newSecret(), overlapSeconds],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('Unreachable: the statement returns a row');
    return row.secret;
  }

  /** Those that count now, the newest first: one, or two while a new one takes over. */
  async valid(webhookId: string): Promise<readonly string[]> {
    const { rows } = await this.pool.query<{ secret: string }>(
      `SELECT secret
         FROM secrets.webhook_secrets
        WHERE webhook_id = $1 AND (expires_at IS NULL OR expires_at > now())
        ORDER BY number DESC
        LIMIT 2`,
      [webhookId],
    );
    return rows.map(({ secret }) => secret);
  }

  async forget(webhookId: string): Promise<void> {
    await this.pool.query('DELETE FROM secrets.webhook_secrets WHERE webhook_id = $1', [webhookId]);
  }

  async removeExpired(): Promise<void> {
    await this.pool.query('DELETE FROM secrets.webhook_secrets WHERE expires_at < now()');
  }
}

const overlapSeconds = 24 * 60 * 60;

/** Its characters are the key of the HMAC, as they stand here: nobody has to decode anything. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64url')}`;
}
