import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embedded-postgres/index.js';
import { readPidFile } from '../../src/platform/embedded-postgres/pid-file.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { expectAllOnce, Load } from './load.js';

jest.setTimeout(60_000);

/** A server of this test's own, which it may kill. */
let dataDir: string;
let server: EmbeddedPostgres;
let app: TestApp;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(await realpath(os.tmpdir()), 'watchbook-kill-'));
  // Under root, the server's user has to get through to its data.
  await chmod(dataDir, 0o711);
  server = await startEmbeddedPostgres({ dataDir });
  app = await startTestApp({ DATABASE_URL: server.url });
});
afterAll(async () => {
  await app.stop();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
});

/** Of the server that answers at the moment. */
async function serverPid(): Promise<number> {
  const file = await readPidFile(await realpath(path.join(dataDir, 'postgres')));
  if (typeof file !== 'object') throw new Error('No server runs');
  return file.pid;
}

describe('a database server that is killed', () => {
  test('given load, when it is killed again and again, then nothing is lost or doubled', async () => {
    const load = new Load(app, 6);
    const killed: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      await load.acknowledges(100);
      const pid = await serverPid();
      process.kill(pid, 'SIGKILL');
      killed.push(pid);
    }
    await load.acknowledges(100);
    await load.stop();

    expect(new Set(killed).size).toBe(4);
    expect(killed).not.toContain(await serverPid());
    await expectAllOnce(app, server.url, load);
    expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  });
});
