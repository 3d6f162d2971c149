import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { codeOf } from './error-code.js';
import { type Logger } from './logger.js';
import { isBehindPgBouncer, UnnamedStatementsClient, withoutParameter } from './pgbouncer.js';

/** Longer than any statement of ours takes; a caller of the API is to have an answer within 5 s, even a bad one. */
const statementTimeoutMs = 4_000;
const connectTimeoutMs = 3_000;

/** A pool whose statements end by themselves, on the server and, should it not answer, here. */
export function createPool(url: string, max: number, log: Logger): Pool {
  const pool = new Pool({ ...settings(url), max, Client: clientFor(url) });
  // A connection that breaks is replaced by the pool; without a listener it would end the process: of the pool while
  // it is idle, and of its own while somebody uses it, who hears of it from their query.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', (error) => log.warn({ err: error }, 'An idle database connection was lost'));
  return pool;
}

export interface ConnectOptions {
  /** Statements end after so many ms; 0: never. */
  readonly timeoutMs?: number;
  /** Statements are sent without waiting for the answers to those before. */
  readonly pipeline?: boolean;
}

/** Opens a connection of its own. */
export async function connect(url: string, options: ConnectOptions = {}): Promise<Client> {
  const client = createClient(url, options);
  // Until its owner listens, too: an error event nobody hears ends the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** A client that is not connected yet. */
export function createClient(
  url: string,
  { timeoutMs, pipeline = false }: ConnectOptions = {},
): Client {
  return new (clientFor(url))({ ...settings(url, timeoutMs), pipeline });
}

/** Where a URL leads to, with all that the driver fills in. The host may be the folder of a Unix socket. */
export function databaseEndpoint(url: string): { readonly host: string; readonly port: number } {
  const { host, port } = createClient(url);
  return { host, port };
}

function clientFor(url: string): typeof Client {
  return isBehindPgBouncer(url) ? UnnamedStatementsClient : Client;
}

function settings(url: string, timeoutMs = statementTimeoutMs): ClientConfig {
  return {
    connectionString: withoutParameter(url),
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: timeoutMs,
    // PgBouncer refuses connections that ask for these.
    ...(!isBehindPgBouncer(url) && {
      statement_timeout: timeoutMs,
      // Should this side vanish without a word, the server does not keep its locks for ever.
      idle_in_transaction_session_timeout: timeoutMs,
    }),
    keepAlive: true,
    application_name: 'watchbook',
  };
}

/** Begins a transaction that ends by itself in any case, also where the connection could not be told about timeouts. */
export const begin = beginWithin(statementTimeoutMs);

/** @param timeoutMs Of each statement, and of the time between two; 0: for ever. */
export function beginWithin(timeoutMs: number): string {
  return `
    BEGIN;
    SET LOCAL statement_timeout = ${timeoutMs};
    SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`;
}

/** Does all of it or nothing. @param timeoutMs As of `beginWithin`. */
export async function transact<T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  timeoutMs = statementTimeoutMs,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(beginWithin(timeoutMs));
    const done = await work(client);
    await client.query('COMMIT');
    client.release();
    return done;
  } catch (error) {
    // Whatever state it is in, nobody else gets this connection.
    client.release(true);
    throw error;
  }
}

/** Whether an error means that Postgres cannot be reached, or not in time: it may well work again shortly. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  // Classes 08: the connection; 53: no memory, disk or connections left; 57: shutting down, starting up or a statement
  // that took too long; 58: the disk; and 25006: a read-only standby.
  if (/^(08|53|57|58)/.test(code) || code === '25006') return true;
  if (/^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_AGAIN)/.test(code)) return true;
  // What pg says of its own connections has no code.
  return (
    error instanceof Error &&
    /^(Connection terminated|Query read timeout|timeout e|Client (has|was) .* not queryable)/.test(
      error.message,
    )
  );
}
