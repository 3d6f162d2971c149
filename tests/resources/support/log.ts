import pg from 'pg';
import { z } from 'zod';
import { EventMetadata } from '../../../src/event-store/metadata.js';
import { type TestApp } from '../../support/test-app.js';

const Row = z.object({
  id: z.string(),
  position: z.coerce.number(),
  stream: z.string(),
  revision: z.coerce.number(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  metadata: EventMetadata,
});

/** An event as it stands in the log, personal data still encrypted. */
export type LoggedEvent = z.infer<typeof Row>;

/** Looks into an app's database behind its back. */
export class Ledger {
  private constructor(private readonly client: pg.Client) {}

  static async of({ databaseUrl }: TestApp): Promise<Ledger> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return new Ledger(client);
  }

  async stream(stream: string): Promise<LoggedEvent[]> {
    return this.rows('SELECT * FROM log.events WHERE stream = $1 ORDER BY revision', [stream]);
  }

  /** What was recorded after a position, in order. */
  async after(position: number): Promise<LoggedEvent[]> {
    return this.rows('SELECT * FROM log.events WHERE position > $1 ORDER BY position', [position]);
  }

  async end(): Promise<number> {
    const { rows } = await this.client.query<{ end: string }>(
      'SELECT coalesce(max(position), 0) AS end FROM log.events',
    );
    return Number(rows[0]?.end);
  }

  /** The whole log as text, to search. */
  async text(): Promise<string> {
    const { rows } = await this.client.query<{ all: string }>(
      `SELECT string_agg(stream || ' ' || data::text || ' ' || metadata::text, E'\\n') AS all
         FROM log.events`,
    );
    return rows[0]?.all ?? '';
  }

  /** How many rows a table has. */
  async rowsOf(table: string): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(`SELECT count(*) FROM ${table}`);
    return Number(rows[0]?.count);
  }

  /** How many rows of a table of secrets are about somebody. */
  async secretsOf(
    table: 'credentials' | 'refresh_tokens' | 'person_keys',
    userId: string,
  ): Promise<number> {
    const column = table === 'person_keys' ? 'person_id' : 'user_id';
    const { rows } = await this.client.query<{ count: string }>(
      `SELECT count(*) FROM secrets.${table} WHERE ${column} = $1`,
      [userId],
    );
    return Number(rows[0]?.count);
  }

  /** Until what follows from an event has happened; gives up after five seconds. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      if (await isSo()) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('It did not happen within five seconds');
  }

  close(): Promise<void> {
    return this.client.end();
  }

  private async rows(text: string, values: unknown[]): Promise<LoggedEvent[]> {
    const { rows } = await this.client.query<Record<string, unknown>>(text, values);
    return rows.map((row) => Row.parse(row));
  }
}
