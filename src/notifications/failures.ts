import { type Pool } from 'pg';

/** Since when nothing got through to a webhook, and how often that was tried. */
export interface Failing {
  readonly since: Date;
  readonly attempts: number;
}

/** Counts what fails without a success in between, for each webhook. */
export class Failures {
  constructor(private readonly pool: Pool) {}

  async count(webhookId: string): Promise<Failing> {
    const { rows } = await this.pool.query<Failing>(
      `INSERT INTO notifications.failing AS f (webhook_id, since, attempts)
       VALUES ($1, now(), 1)
           ON CONFLICT (webhook_id) DO UPDATE SET attempts = f.attempts + 1
    RETURNING since, attempts`,
      [webhookId],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('Unreachable: the statement returns a row');
    return row;
  }

  async forget(webhookId: string): Promise<void> {
    await this.pool.query('DELETE FROM notifications.failing WHERE webhook_id = $1', [webhookId]);
  }
}

/** Nothing got through for three days, and it was not for want of trying. */
export function isHopeless({ since, attempts }: Failing, now: Date): boolean {
  return attempts >= 20 && now.getTime() - since.getTime() >= threeDaysMs;
}

const threeDaysMs = 3 * 24 * 60 * 60 * 1000;
