import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { once } from 'node:events';
import { chown, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataDirInUse } from '../../../src/platform/embedded-postgres/index.js';
import { isAlive } from '../../../src/platform/embedded-postgres/processes.js';
import {
  Workbench,
  eventually,
  query,
  serverPid,
  superuserUrl,
  useStoppedDataDir,
} from './workbench.js';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.clear());
const stoppedDataDir = useStoppedDataDir(() => bench);

describe('one owner at a time', () => {
  test('given a running Watchbook, when another starts, then it is refused', async () => {
    const dataDir = await stoppedDataDir();
    const first = await bench.start(dataDir);

    const second = await bench.startInChild(dataDir);

    expect(second.name).toBe('DataDirInUse');
    expect(second.message).toBe(
      `Another Watchbook is already running on ${dataDir} (process ${process.pid}). ` +
        'Stop it, or set DATA_DIR to another folder.',
    );
    expect(await query(first.url, 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('given two first starts at once, in two processes, then exactly one wins', async () => {
    const dataDir = await bench.dataDir();

    const starts = await Promise.all([bench.startInChild(dataDir), bench.startInChild(dataDir)]);

    const [winner, ...others] = starts.filter(({ url }) => url !== undefined);
    expect(others).toEqual([]);
    expect(starts.find((start) => start !== winner)).toMatchObject({ name: 'DataDirInUse' });
    expect(await query(winner?.url ?? '', 'SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('given five first starts at once, in one process, then exactly one wins', async () => {
    const dataDir = await bench.dataDir();

    const starts = await Promise.allSettled(
      Array.from({ length: 5 }, async () => bench.start(dataDir)),
    );

    const errors = starts.flatMap((start): unknown[] =>
      start.status === 'rejected' ? [start.reason] : [],
    );
    expect(errors).toEqual(Array.from({ length: 4 }, () => expect.any(DataDirInUse)));
  });

  test('given its lock connection broke, when another starts, then it is refused', async () => {
    const dataDir = await stoppedDataDir();
    const { url } = await bench.start(dataDir);
    const admin = await superuserUrl(dataDir, url);
    const holders = `FROM pg_locks WHERE locktype = 'advisory' AND granted`;
    const { pid: before } = await query(admin, `SELECT pid ${holders}`);

    await query(admin, `SELECT pg_terminate_backend(pid) ${holders}`);

    await eventually(async () => {
      const { pid } = await query(admin, `SELECT pid ${holders}`);
      return pid !== undefined && pid !== before;
    });
    await expect(bench.start(dataDir)).rejects.toBeInstanceOf(DataDirInUse);
  });
});

describe('a killed Watchbook', () => {
  test('given its server runs on, when started, then that is used, and can be stopped', async () => {
    const dataDir = await stoppedDataDir();
    const killed = await bench.startInChild(dataDir);
    await query(killed.url ?? '', 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = await serverPid(dataDir);
    await bench.kill(killed.pid);

    const server = await bench.start(dataDir);

    expect(server.url).toBe(killed.url);
    expect(await serverPid(dataDir)).toBe(pid);
    expect(await query(server.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    expect(bench.logged).toEqual([expect.stringContaining('left behind')]);
    await server.stop();
    expect(await isAlive(pid ?? 0)).toBe(false);
  });

  test('given both were killed, when started, then the data is recovered', async () => {
    const dataDir = await stoppedDataDir();
    const killed = await bench.startInChild(dataDir);
    await query(killed.url ?? '', 'CREATE TABLE kept AS SELECT 42 AS answer');
    const pid = (await serverPid(dataDir)) ?? 0;
    await bench.kill(killed.pid);
    process.kill(pid, 'SIGKILL');

    const { url } = await bench.start(dataDir);

    expect(await query(url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
  });

  test('given its server is shutting down, when started, then a new one runs', async () => {
    const dataDir = await stoppedDataDir();
    const killed = await bench.startInChild(dataDir);
    const pid = (await serverPid(dataDir)) ?? 0;
    await bench.kill(killed.pid);
    process.kill(pid, 'SIGINT');

    const { url } = await bench.start(dataDir);

    expect(await query(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(await serverPid(dataDir)).not.toBe(pid);
  });

  test('given its pid now belongs to another program, when started, then it works', async () => {
    const dataDir = await stoppedDataDir();
    // Of the server's own user: other users' processes do not trouble PostgreSQL.
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const other = bench.spawn('sleep', ['60'], isRoot ? { uid } : {});
    await once(other, 'spawn');
    const cluster = join(dataDir, 'postgres');
    const pidFile = join(cluster, 'postmaster.pid');
    await writeFile(
      pidFile,
      [other.pid, cluster, 1, 1, '', '127.0.0.1', '     1234     5678', 'ready   ', ''].join('\n'),
      { mode: 0o600 },
    );
    if (isRoot) await chown(pidFile, uid, gid);

    const { url } = await bench.start(dataDir);

    expect(await query(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(await isAlive(other.pid ?? 0)).toBe(true);
  });

  test.each([['2147483646\n/nowhere\n1\n1\n\n127.0.0.1\n\nready   \n'], ['']])(
    'given a stale pid file saying %j, when started, then it works',
    async (content) => {
      const dataDir = await stoppedDataDir();
      await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), content);

      const { url } = await bench.start(dataDir);

      expect(await query(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    },
  );
});

describe('a server that ends by itself', () => {
  test('given it was killed, then it runs again on its port, with its data, still owned', async () => {
    const dataDir = await bench.dataDir();
    const { url } = await bench.start(dataDir);
    await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    const before = (await serverPid(dataDir)) ?? 0;

    process.kill(before, 'SIGKILL');

    await eventually(async () => (await serverPid(dataDir)) !== before);
    const row = await eventually(() => query(url, 'SELECT answer FROM kept'));
    expect(row).toEqual({ answer: 42 });
    expect(bench.logged).toContainEqual(expect.stringContaining('ended by itself (SIGKILL)'));
    await eventually(() => bench.logged.includes('PostgreSQL runs again'));
    await expect(bench.start(dataDir)).rejects.toBeInstanceOf(DataDirInUse);
  });

  test('given it was adopted, when it is killed, then it runs again, too', async () => {
    const dataDir = await stoppedDataDir();
    await bench.kill((await bench.startInChild(dataDir)).pid);
    const { url } = await bench.start(dataDir);
    const before = (await serverPid(dataDir)) ?? 0;

    process.kill(before, 'SIGKILL');

    await eventually(async () => !(await isAlive(before)));
    expect(await eventually(() => query(url, 'SELECT 1 AS one'))).toEqual({ one: 1 });
  });

  test('given it is being restarted, when stopped at any moment, then nothing is left', async () => {
    const dataDir = await bench.dataDir();
    for (const pause of [0, 20, 50, 80, 110, 140, 170, 200, 300]) {
      const server = await bench.start(dataDir);
      process.kill((await serverPid(dataDir)) ?? 0, 'SIGKILL');
      await sleep(pause);

      await server.stop();

      expect(await serverPid(dataDir)).toBeUndefined();
    }
  });
});

describe('stopping', () => {
  test('given open connections, when stopped twice, then no process is left', async () => {
    const dataDir = await stoppedDataDir();
    const server = await bench.start(dataDir);
    const pid = (await serverPid(dataDir)) ?? 0;
    const busy = query(server.url, 'SELECT pg_sleep(60)').catch((error: unknown) => error);

    await Promise.all([server.stop(), server.stop()]);
    await server.stop();

    expect(await isAlive(pid)).toBe(false);
    expect(await busy).toBeInstanceOf(Error);
    expect(bench.logged.join()).not.toContain('ended by itself');
  });

  test.each([
    ['its own server', false],
    ['an adopted server', true],
  ])('given a process that stops %s, then that process ends by itself', async (_, adopted) => {
    const dataDir = await stoppedDataDir();
    if (adopted) await bench.kill((await bench.startInChild(dataDir)).pid);
    const script = `
      import { startEmbeddedPostgres } from './index.ts';
      const server = await startEmbeddedPostgres({ dataDir: process.argv[1] });
      await server.stop();`;
    const child = bench.spawn('sh', [
      '-c',
      'cd "$0" && exec "$1" --import tsx --input-type=module -e "$2" "$3"',
      join(import.meta.dirname, '../../../src/platform/embedded-postgres'),
      process.execPath,
      script,
      dataDir,
    ]);

    // Had nothing been left to wait for before stop() was done, Node would say 13.
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await serverPid(dataDir)).toBeUndefined();
  });
});
