import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { type EventType } from '../../../src/domain/events.js';
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
  recordedAt: z.string(),
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

  /**
   * Writes past all checks an event that nobody here can read, as a newer Watchbook may have done.
   *
   * @returns Its id.
   */
  async appendUnreadable(stream: string, type: EventType): Promise<string> {
    const last = (await this.stream(stream)).at(-1);
    const entry = {
      ...{ id: randomUUID(), stream, revision: (last?.revision ?? -1) + 1, position: start },
      ...{ type, version: 99, recordedAt: new Date().toISOString() },
      ...{ data: {}, metadata: last?.metadata ?? {} },
    };
    await this.log.log.append([entry]);
    return entry.id;
  }

  async end(): Promise<number> {
    return (await this.all()).at(-1)?.position ?? 0;
  }

  /** When the last event was recorded. */
  async lastTime(): Promise<string> {
    return (await this.all()).at(-1)?.recordedAt ?? '';
  }

  /** When what stands after a position was recorded, in order. */
  async timesAfter(position: number): Promise<string[]> {
    const after = (await this.all()).filter((event) => event.position > position);
    return after.map(({ recordedAt }) => recordedAt);
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
