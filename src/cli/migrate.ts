import { visitDatabaseServer } from '../composition/database.js';
import { migrateDatabase } from '../composition/migrating.js';
import { readConfiguration } from '../platform/configuration.js';
import { createMigration, migrate } from '../platform/migrations.js';

export async function up(steps?: number): Promise<void> {
  report('Up', await withDatabase((url) => migrateDatabase(url, steps)));
}

export async function down(steps = 1): Promise<void> {
  report('Down', await withDatabase((url) => migrate(url, 'down', steps)));
}

export async function create(name: string): Promise<void> {
  console.log(await createMigration(name));
}

async function withDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const server = await visitDatabaseServer(readConfiguration(process.env), console.log);
  try {
    return await use(server.url);
  } finally {
    await server.stop();
  }
}

function report(direction: string, names: readonly string[]): void {
  if (names.length === 0) console.log('Nothing to do.');
  for (const name of names) console.log(`${direction}: ${name}`);
}
