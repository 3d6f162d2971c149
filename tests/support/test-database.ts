import { randomBytes } from 'node:crypto';
import pg from 'pg';

/** An empty database of a test's own. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, ending whatever connections to it are left. */
  drop(): Promise<void>;
}

/** Makes an empty database on the server that tests/support/global-setup.ts started. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env['TEST_DATABASE_ADMIN_URL'];
  if (!adminUrl) {
    throw new Error('Only the jest projects "int" and "e2e" have a database: see jest.config.js.');
  }
  const name = `test_${process.pid}_${randomBytes(6).toString('hex')}`;
  await runAsAdmin(adminUrl, `CREATE DATABASE ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => dropDatabase(adminUrl, name),
  };
}

/** An autovacuum worker in the database belongs to the superuser, and nobody else may end it: it is soon done. */
async function dropDatabase(adminUrl: string, name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await runAsAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      return;
    } catch (error) {
      const isRefused = error instanceof pg.DatabaseError && error.code === '42501';
      if (!isRefused || attempt === maxAttempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const maxAttempts = 100;

async function runAsAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
