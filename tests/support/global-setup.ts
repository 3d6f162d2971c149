import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/cjs/api';
import type * as EmbeddedPostgres from '../../src/platform/embedded-postgres/index.js';

declare global {
  /** Set while a server started by `globalSetup` runs. */
  var stopTestServer: (() => Promise<void>) | undefined;
}

/**
 * Starts the PostgreSQL in which the tests make their databases; `TEST_DATABASE_ADMIN_URL` names
 * it, and when that is set from outside, none is started. Jest runs this once for all projects
 * that name this file.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env['TEST_DATABASE_ADMIN_URL']) return;
  const { startEmbeddedPostgres } = await loadEmbeddedPostgres();
  const dataDir = await mkdtemp(join(tmpdir(), 'watchbook-tests-'));
  // Under root, the server's user has to get through to its data.
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, settings: { max_connections: '200' } });
  process.env['TEST_DATABASE_ADMIN_URL'] = server.url;

  const interrupted = (): void => {
    void stop().finally(() => process.exit(130));
  };
  const stop = async (): Promise<void> => {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupted);
    globalThis.stopTestServer = undefined;
    delete process.env['TEST_DATABASE_ADMIN_URL'];
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  globalThis.stopTestServer = stop;
  // They skip the teardown, and the server, in a process group of its own, would live on.
  for (const signal of INTERRUPTIONS) process.once(signal, interrupted);
}

const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

// Jest turns this file, and no mapping of .js endings to .ts files, into CommonJS: tsx maps them.
async function loadEmbeddedPostgres(): Promise<typeof EmbeddedPostgres> {
  const unregister = register();
  try {
    return await import('../../src/platform/embedded-postgres/index.js');
  } finally {
    unregister();
  }
}
