import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { chmod, cp, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from '../../../src/platform/embedded-postgres/index.js';
import { Workbench, query, superuserUrl, useStoppedDataDir } from './workbench.js';

jest.setTimeout(60_000);

const isRoot = process.getuid?.() === 0;
const asRoot = isRoot ? test : test.skip;

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench.clear());
const stoppedDataDir = useStoppedDataDir(() => bench);

async function mode(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

async function symlinksIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(folder, entry.name))
    .sort();
}

describe('a first start', () => {
  test('given no folder, when started, then the database is there and safe', async () => {
    const dataDir = await bench.dataDir();

    const { url } = await bench.start(dataDir, { settings: { max_connections: '37' } });

    const row = await query(
      url,
      `SELECT current_database() AS database, current_user AS role,
              rolsuper AS super, datcollate AS "collate", datlocale AS locale,
              pg_encoding_to_char(encoding) AS encoding,
              current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS commit,
              current_setting('listen_addresses') AS listens,
              current_setting('max_connections') AS connections
         FROM pg_database, pg_roles
        WHERE datname = current_database() AND rolname = current_user`,
    );
    expect(row).toEqual({
      database: 'watchbook',
      role: 'watchbook',
      super: false,
      collate: 'C',
      locale: 'C.UTF-8',
      encoding: 'UTF8',
      fsync: 'on',
      commit: 'on',
      listens: '127.0.0.1',
      connections: '37',
    });
    expect(await query(await superuserUrl(dataDir, url), 'SHOW unix_socket_directories')).toEqual({
      unix_socket_directories: '',
    });
    expect(await mode(dataDir)).toBe(isRoot ? '710' : '700');
    expect(await mode(join(dataDir, 'postgres-password'))).toBe('600');
    expect(await mode(join(dataDir, 'postgres.log'))).toBe('600');
    expect(await mode(join(dataDir, 'postgres'))).toBe('700');
  });

  test('given a wrong password, when connecting, then it is refused', async () => {
    const { url } = await bench.start(await stoppedDataDir());
    const wrong = new URL(url);
    wrong.password = 'wrong';

    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  test('given data, when stopped and started again, then the data is there', async () => {
    const dataDir = await bench.dataDir();
    const first = await bench.start(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();

    const second = await bench.start(dataDir);

    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
  });

  test('given what a killed first start left, when started, then that is removed', async () => {
    const dataDir = await bench.dataDir();
    const leftover = join(dataDir, 'postgres.new-2147483646-abcd1234');
    await mkdir(join(leftover, 'cluster'), { recursive: true });
    await chmod(dataDir, 0o711);

    await bench.start(dataDir);

    expect((await readdir(dataDir)).sort()).toEqual([
      'postgres',
      'postgres-password',
      'postgres.log',
    ]);
  });

  test('given a start killed at any moment, when started, then it works', async () => {
    const dataDir = await bench.dataDir();
    for (const pause of [350, 450, 600, 800]) {
      const child = bench.spawnStart(dataDir);
      await sleep(pause);
      await bench.kill(child.pid ?? 0);
    }

    const { url } = await bench.start(dataDir);

    expect(await query(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect((await readdir(dataDir)).filter((name) => name.includes('.new-'))).toEqual([]);
  });
});

describe('places', () => {
  asRoot('given root and a closed folder, when started, then the data goes elsewhere', async () => {
    const folder = await bench.folder();
    const dataDir = join(folder, 'closed');
    await mkdir(dataDir, { mode: 0o700 });
    const host = await bench.host({ relocationRoot: join(folder, 'var') });

    const first = await bench.start(dataDir, { host });
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await bench.start(dataDir, { host });

    expect(await query(second.url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
    const link = join(dataDir, 'postgres');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await realpath(link)).toMatch(new RegExp(`^${host.relocationRoot}/[0-9a-f]+/postgres$`));
    expect(bench.logged).toEqual([expect.stringContaining(`with a link to it in ${dataDir}`)]);
    expect(await mode(dataDir)).toBe('700');
  });

  asRoot('given the data elsewhere got lost, when started, then it says so', async () => {
    const folder = await bench.folder();
    const dataDir = join(folder, 'closed');
    await mkdir(dataDir, { mode: 0o700 });
    const host = await bench.host({ relocationRoot: join(folder, 'var') });
    await (await bench.start(dataDir, { host })).stop();
    await rm(host.relocationRoot, { recursive: true });

    await expect(bench.start(dataDir, { host })).rejects.toThrow('which is missing');
  });

  asRoot('given root and closed binaries, when started, then a copy is used', async () => {
    const folder = await bench.folder();
    const closed = join(folder, 'closed');
    const { nativeDir } = await bench.host();
    await mkdir(closed, { mode: 0o700 });
    await cp(nativeDir, join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const host = await bench.host({
      nativeDir: join(closed, 'native'),
      relocationRoot: join(folder, 'var'),
    });
    const dataDir = join(folder, 'data');

    await (await bench.start(dataDir, { host })).stop();
    await bench.start(dataDir, { host });

    expect(await readdir(host.relocationRoot)).toEqual([`postgres-${host.version}`]);
    expect(bench.logged.filter((line) => line.includes('runs from a copy'))).toHaveLength(1);
  });

  asRoot('given a cluster that root copied, when started, then it is handed over', async () => {
    const original = await stoppedDataDir();
    const first = await bench.start(original);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const restored = await bench.dataDir();
    await cp(original, restored, { recursive: true });
    await chmod(restored, 0o711);

    const { url } = await bench.start(restored);

    expect(await query(url, 'SELECT answer FROM kept')).toEqual({ answer: 42 });
  });

  test('given npm ran no install scripts, when started, then the links are made', async () => {
    const folder = await bench.folder();
    const nativeDir = join(folder, 'native');
    await cp((await bench.host()).nativeDir, nativeDir, {
      recursive: true,
      verbatimSymlinks: true,
    });
    const links = await symlinksIn(join(nativeDir, 'lib'));
    for (const link of links) await rm(link);

    const { url } = await bench.start(join(folder, 'data'), {
      host: await bench.host({ nativeDir }),
    });

    expect(await query(url, 'SELECT 1 AS one')).toEqual({ one: 1 });
    expect(links.length).toBeGreaterThan(5);
    expect(await symlinksIn(join(nativeDir, 'lib'))).toEqual(links);
  });
});

describe('what cannot work says why', () => {
  test('given a file for a folder, when started, then it says so', async () => {
    const file = join(await bench.folder(), 'file');
    await writeFile(file, '');

    for (const dataDir of [file, join(file, 'below'), join(file, 'far', 'below')]) {
      const start = bench.start(dataDir);
      await expect(start).rejects.toBeInstanceOf(EmbeddedPostgresError);
      await expect(start).rejects.toThrow(`DATA_DIR ${dataDir} is not a folder`);
    }
  });

  test('given a cluster of an older version, when started, then it says what to do', async () => {
    const dataDir = await stoppedDataDir();
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '16\n');

    await expect(bench.start(dataDir)).rejects.toThrow(
      /was made by PostgreSQL 16.*brings PostgreSQL 18.*dump/,
    );
  });

  test('given other files in its place, when started, then they are left alone', async () => {
    const dataDir = await bench.dataDir();
    await mkdir(join(dataDir, 'postgres'), { recursive: true });
    await writeFile(join(dataDir, 'postgres', 'diary.txt'), 'dear diary');

    await expect(bench.start(dataDir)).rejects.toThrow('holds something else');
    expect(await readdir(join(dataDir, 'postgres'))).toEqual(['diary.txt']);
  });

  test('given the password got lost, when started, then it says so', async () => {
    const dataDir = await stoppedDataDir();
    await rm(join(dataDir, 'postgres-password'));

    await expect(bench.start(dataDir)).rejects.toThrow('postgres-password is missing');
  });

  test('given a setting PostgreSQL does not know, then its own words are told', async () => {
    const start = bench.start(await stoppedDataDir(), { settings: { nonsense: '1' } });

    await expect(start).rejects.toThrow('unrecognized configuration parameter "nonsense"');
  });

  test('given an initdb that fails, then its own words are told, and nothing is left', async () => {
    const folder = await bench.folder();
    const { nativeDir, ...others } = await bench.host();
    const broken = join(folder, 'native');
    await cp(nativeDir, broken, { recursive: true, verbatimSymlinks: true });
    await rm(join(broken, 'share'), { recursive: true });
    await mkdir(join(broken, 'share'));
    const dataDir = join(folder, 'data');

    const start = bench.start(dataDir, { host: { ...others, nativeDir: broken } });

    await expect(start).rejects.toThrow(/initdb says:\n.*file ".*" does not exist/s);
    expect(await readdir(dataDir)).toEqual(['postgres-password']);
  });
});
