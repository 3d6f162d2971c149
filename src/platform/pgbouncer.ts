import { Client, type ClientConfig } from 'pg';
import { parsedUrl } from './parsed-url.js';

/**
 * Whether the database is reached through PgBouncer in transaction mode, as `pgbouncer=true` in its URL says. There, a
 * connection is another one in each transaction: nothing may be left on it for later.
 */
export function isBehindPgBouncer(url: string): boolean {
  return parameterOf(url) === 'true';
}

/** Whether `pgbouncer` in the URL, if it is there, says something that is understood. */
export function isParameterKnown(url: string): boolean {
  return [undefined, 'true', 'false'].includes(parameterOf(url));
}

/** The URL for the driver, which does not know the parameter. */
export function withoutParameter(url: string): string {
  if (parameterOf(url) === undefined) return url;
  const address = new URL(url);
  address.searchParams.delete(parameter);
  return address.href;
}

/** A client that prepares nothing: a statement that it named before may be unknown to the connection it has now. */
export class UnnamedStatementsClient extends Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    leaveOutNames(this);
  }
}

function leaveOutNames(client: { query: Client['query'] }): void {
  client.query = new Proxy(client.query, {
    apply: (query, self, [statement, ...rest]: unknown[]): unknown =>
      Reflect.apply(query, self, [withoutName(statement), ...rest]),
  });
}

const parameter = 'pgbouncer';

function parameterOf(url: string): string | undefined {
  return parsedUrl(url)?.searchParams.get(parameter) ?? undefined;
}

function withoutName(statement: unknown): unknown {
  return typeof statement === 'object' ? { ...statement, name: undefined } : statement;
}
