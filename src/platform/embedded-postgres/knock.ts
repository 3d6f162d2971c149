import { resolve } from 'node:path';
import pg from 'pg';
import { type Cluster, SUPERUSER } from './cluster.js';
import { codeOf } from '../error-code.js';

/**
 * What came of connecting to a port:
 * - `connected`: our server, and the client is the caller's to end
 * - `starting`: a PostgreSQL that is recovering from a crash, or on its way down
 * - `rejected`: a PostgreSQL that does not take our password
 * - `silent`: nobody, or something else altogether
 */
export type Answer =
  | { readonly kind: 'connected'; readonly client: pg.Client }
  | { readonly kind: 'starting' | 'rejected' | 'silent'; readonly cause: unknown };

/** Asks whoever listens on a local port whether it is the server of this cluster. Never throws. */
export async function knock(cluster: Cluster, port: number): Promise<Answer> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: SUPERUSER,
    password: cluster.password,
    database: 'postgres',
    // The owner of a data folder is known by this name: see owner-lock.ts.
    application_name: `watchbook owner, process ${process.pid}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  // Without a listener, a connection that breaks later would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ dir: string }>('SELECT current_setting($1) AS dir', [
      'data_directory',
    ]);
    if (resolve(rows[0]?.dir ?? '') === cluster.dir) return { kind: 'connected', client };
    await hangUp(client);
    return { kind: 'silent', cause: new Error(`port ${port} is another database's by now`) };
  } catch (cause) {
    await hangUp(client);
    return { kind: classify(cause), cause };
  }
}

/** Ends a connection, however broken it is already. */
export async function hangUp(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined);
}

function classify(cause: unknown): 'starting' | 'rejected' | 'silent' {
  const code = codeOf(cause) ?? '';
  if (code.startsWith('28')) return 'rejected';
  return /^(57|53)/.test(code) ? 'starting' : 'silent';
}
