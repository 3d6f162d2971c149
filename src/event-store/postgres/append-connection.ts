import { DatabaseError, type Client } from 'pg';
import { z } from 'zod';
import { type ExpectedRevision } from '../event-store.js';
import {
  type Append,
  type AppendSender,
  type AppendVerdict,
  ConnectionLost,
} from './append-queue.js';

/** Opens a connection, with timeouts set; each call a new one. */
export type Connect = () => Promise<Client>;

/** Calls `log.append` over a connection of its own, and opens a new one when that is lost. */
export class AppendConnection implements AppendSender {
  private client: Client | undefined;
  private serverProcess: number | undefined;

  constructor(private readonly connect: Connect) {}

  async send(appends: readonly Append[]): Promise<AppendVerdict[]> {
    const client = await this.connected();
    try {
      const { rows } = await client.query<unknown[]>({ ...statement, values: parameters(appends) });
      return verdicts(rows);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === uniqueViolation && appends.length === 1)
        return appends.map(({ expected }) => ({
          verdict: 'conflict',
          actual: expectedCode(expected),
        }));
      if (error instanceof DatabaseError && !isServersTrouble(error)) throw error;
      this.drop(client);
      throw new ConnectionLost('The connection to the event log was lost', { cause: error });
    }
  }

  /** The server's process at the other end, as notifications name their sender. */
  get backend(): number | undefined {
    return this.serverProcess;
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  private async connected(): Promise<Client> {
    if (this.client !== undefined) return this.client;
    let opened: Client | undefined;
    try {
      const client = await this.connect();
      opened = client;
      client.on('error', () => this.drop(client));
      client.on('end', () => this.drop(client));
      // One plan for every batch size: planning anew costs a third of the throughput.
      const { rows } = await client.query<{ pid: number }>(
        `SELECT set_config('plan_cache_mode', 'force_generic_plan', false), pg_backend_pid() AS pid`,
      );
      this.serverProcess = rows[0]?.pid;
      this.client = client;
      return client;
    } catch (error) {
      void opened?.end().catch(() => undefined);
      throw new ConnectionLost('The event log cannot be reached', { cause: error });
    }
  }

  private drop(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
  }
}

const statement = {
  name: 'append',
  text: 'SELECT number, verdict, revision, position FROM log.append($1, $2, $3, $4, $5, $6, $7, $8, $9)',
  rowMode: 'array',
} as const;

/** The stream is where it should be, and yet one of the events stands in the log: a partial repetition. */
const uniqueViolation = '23505';

const separator = '\x1f';

function parameters(appends: readonly Append[]): string[] {
  const events = appends.flatMap((append, index) =>
    append.events.map((event, ordinal) => ({ ...event, number: index + 1, ordinal: ordinal + 1 })),
  );
  return [
    appends.map(({ stream }) => stream),
    appends.map(({ expected }) => expectedCode(expected)),
    events.map(({ number }) => number),
    events.map(({ ordinal }) => ordinal),
    events.map(({ id }) => id),
    events.map(({ type }) => type),
    events.map(({ version }) => version),
    events.map(({ data }) => data),
    events.map(({ metadata }) => metadata),
  ].map((list) => list.join(separator));
}

function expectedCode(expected: ExpectedRevision): number {
  if (typeof expected === 'number') return expected;
  return { 'no-stream': -1, any: -2, 'stream-exists': -3 }[expected];
}

const VerdictRow = z.tuple([
  z.int(),
  z.enum(['appended', 'repeated', 'conflict']),
  z.coerce.number(),
  z.string().nullable(),
]);

function verdicts(rows: readonly unknown[]): AppendVerdict[] {
  return rows
    .map((row) => VerdictRow.parse(row))
    .sort(([a], [b]) => a - b)
    .map(([, verdict, revision, position]) =>
      verdict === 'conflict'
        ? { verdict, actual: revision }
        : { verdict, appended: { revision, position: BigInt(position ?? 0) } },
    );
}

/**
 * It is not about what was sent, and may pass. Classes 08: the connection; 53: no memory, disk or connections left;
 * 57: shutting down, starting up or a statement that took too long; 58: the disk; and 25006: a read-only standby.
 */
function isServersTrouble({ code = '' }: DatabaseError): boolean {
  return /^(08|53|57|58)/.test(code) || code === '25006';
}
