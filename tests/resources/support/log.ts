import pg from 'pg';
import { z } from 'zod';
import { EventMetadata } from '../../../src/event-store/metadata.js';
import { openStoredLog, type OpenedStoredLog } from '../../../src/composition/stored-logs.js';
import { start } from '../../../src/event-store/position.js';
import { readConfiguration } from '../../../src/platform/configuration.js';
import { createLogger } from '../../../src/platform/logger.js';
import { type TestApp } from '../../support/test-app.js';

const Logged = z.object({
  id: z.string(),
  position: z.coerce.number(),
  stream: z.string(),
  revision: z.int(),
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  metadata: EventMetadata,
});

/** An event as it stands in the log, personal data still encrypted. */
export type LoggedEvent = z.infer<typeof Logged>;

/** Looks into an app's log and database behind its back. */
export class Ledger {
  private constructor(
    private readonly client: pg.Client,
    private readonly log: OpenedStoredLog,
  ) {}

  static async of({ databaseUrl, eventStoreUrl }: TestApp): Promise<Ledger> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const where = eventStoreUrl ?? databaseUrl;
    const configuration = readConfiguration({});
    return new Ledger(
      client,
      await openStoredLog(where, 'source', configuration, createLogger('silent')),
    );
  }

  async stream(stream: string): Promise<LoggedEvent[]> {
    return (await this.all()).filter((event) => event.stream === stream);
  }

  /** The whole log, in order. */
  async all(): Promise<LoggedEvent[]> {
    const events: LoggedEvent[] = [];
    for await (const page of this.log.log.pages(start))
      events.push(...page.map((entry) => Logged.parse(entry)));
    return events;
  }

  async end(): Promise<number> {
    return (await this.all()).at(-1)?.position ?? 0;
  }

  /** When the last event was recorded. */
  async lastTime(): Promise<string> {
    return (await this.timesAfter((await this.end()) - 1))[0] ?? '';
  }

  /** When what stands after a position was recorded, in order. */
  async timesAfter(position: number): Promise<string[]> {
    const { rows } = await this.client.query<{ time: Date }>(
      'SELECT recorded_at AS time FROM log.events WHERE position > $1 ORDER BY position',
      [position],
    );
    return rows.map(({ time }) => time.toISOString());
  }

  /** The whole log as text, to search. */
  async text(): Promise<string> {
    return (await this.all())
      .map(({ stream, data, metadata }) => `${stream} ${JSON.stringify([data, metadata])}`)
      .join('\n');
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

  async close(): Promise<void> {
    await this.log.close();
    await this.client.end();
  }
}
