import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { APPLICATION, type Cluster } from './cluster.js';
import { EmbeddedPostgresError } from './errors.js';
import { hangUp, knock } from './knock.js';

/**
 * Makes the role and the database Watchbook works with, unless they are there. The role is no
 * superuser: whoever gets Watchbook to run SQL of theirs does not get to run programs.
 *
 * @throws EmbeddedPostgresError when that fails.
 */
export async function ensureApplicationDatabase(cluster: Cluster, port: number): Promise<void> {
  const client = await connect(cluster, port);
  const has = async (query: string): Promise<boolean> =>
    (await client.query(query, [APPLICATION])).rows.length > 0;
  try {
    if (!(await has('SELECT 1 FROM pg_roles WHERE rolname = $1'))) {
      const password = client.escapeLiteral(cluster.password);
      await client.query(
        `CREATE ROLE ${APPLICATION} LOGIN CREATEDB CREATEROLE PASSWORD ${password}`,
      );
    }
    if (!(await has('SELECT 1 FROM pg_database WHERE datname = $1'))) {
      await client.query(`CREATE DATABASE ${APPLICATION} OWNER ${APPLICATION}`);
    }
  } catch (cause) {
    throw failed(cluster, cause);
  } finally {
    await hangUp(client);
  }
}

/** Connects, even if the server (an adopted one, say) ends this very moment and starts again. */
async function connect(cluster: Cluster, port: number): Promise<pg.Client> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const answer = await knock(cluster, port);
    if (answer.kind === 'connected') return answer.client;
    if (Date.now() > deadline) throw failed(cluster, answer.cause);
    await sleep(100);
  }
}

function failed(cluster: Cluster, cause: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The database "${APPLICATION}" could not be made. See ${cluster.logFile}.`,
    { cause },
  );
}
