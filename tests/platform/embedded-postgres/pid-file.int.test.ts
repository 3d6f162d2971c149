import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defusePidFile, readPidFile } from '../../../src/platform/embedded-postgres/pid-file.js';
import { Workbench } from './workbench.js';

jest.setTimeout(60_000);

let bench: Workbench;
let folder: string;
beforeEach(async () => {
  bench = new Workbench();
  folder = await bench.folder();
});
afterEach(() => bench.clear());

const content = (pid: number): string => `${pid}\n/cluster\n1\n5432\n\n127.0.0.1\n1 2\nready   \n`;

test('given a stale pid file, when defused, then it names nobody, and all else is kept', async () => {
  await writeFile(join(folder, 'postmaster.pid'), content(1234));

  await defusePidFile(folder, 1234);

  const impossible = 2 ** 31 - 2;
  expect(await readFile(join(folder, 'postmaster.pid'), 'utf8')).toBe(content(impossible));
});

test('given the file was removed meanwhile, when defused, then there is still none', async () => {
  await defusePidFile(folder, 1234);

  expect(await readPidFile(folder)).toBeUndefined();
});

test('given a new server has written it meanwhile, when defused, then it is left alone', async () => {
  await writeFile(join(folder, 'postmaster.pid'), content(5678));

  await defusePidFile(folder, 1234);

  expect(await readPidFile(folder)).toEqual({ pid: 5678, port: 5432, status: 'ready' });
});
