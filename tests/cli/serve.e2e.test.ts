import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { isAlive } from '../../src/platform/embedded-postgres/processes.js';
import { eventually } from '../event-store/support/waiting.js';
import { DataFolder } from './support/data-folder.js';
import { Watchbook } from './support/watchbook.js';

jest.setTimeout(60_000);

let folder: DataFolder;
let watchbook: Watchbook;
let url: string;
let password: string;
let token: string;
const tagNames = ['before the pause', 'before the crash'];

beforeAll(async () => {
  folder = await DataFolder.make();
});
afterAll(async () => {
  await Watchbook.killAll();
  await folder.remove();
});

function serve(): Watchbook {
  return new Watchbook(['serve'], { PORT: '0', DATA_DIR: folder.dataDir });
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  expect(response.ok).toBe(true);
  return response.json();
}

async function logIn(): Promise<void> {
  token = '';
  const body = { email: 'admin@watchbook.local', password };
  const tokens = await call('POST', '/auth/login', body);
  token = z.looseObject({ access_token: z.string() }).parse(tokens).access_token;
}

async function tags(): Promise<string[]> {
  const list = z.looseObject({ data: z.array(z.looseObject({ name: z.string() })) });
  return list.parse(await call('GET', '/tags?sort=created_at')).data.map(({ name }) => name);
}

/** The server of the running Watchbook. */
async function postmaster(): Promise<number> {
  const pid = await folder.postmaster();
  if (pid === undefined) throw new Error('There is no server');
  return pid;
}

describe('A Watchbook with a database of its own, from its first day on', () => {
  it('given a new folder, when it starts, then it says where it is, and how to log in', async () => {
    watchbook = serve();
    url = await watchbook.listens();
    password = await watchbook.says(/password +(\S+)\n/);

    expect(watchbook.stdout).toContain('admin@watchbook.local');
    expect(watchbook.stdout).toContain('told only this once');
    await logIn();
    await call('POST', '/tags', { name: tagNames[0] });
    expect(await tags()).toEqual(tagNames.slice(0, 1));
  });

  it('given it runs, when a second one is started on its folder, then that is refused', async () => {
    const second = await serve().ended();

    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^Another Watchbook is already running on \S+ \(process \d+\)/);
    expect(second.stderr).toMatch(/Stop it, or set DATA_DIR to another folder\.\n$/);
    expect(second.stdout).not.toContain('listens');
    expect(await tags()).toEqual(tagNames.slice(0, 1));
  });

  it('given it runs, when its log is asked for from beside, then it goes on running', async () => {
    const beside = await Watchbook.run(['events'], { DATA_DIR: folder.dataDir });

    expect(beside).toMatchObject({ code: 0, stderr: '' });
    expect(beside.stdout).toContain('"type":"TagCreated"');
    expect(await tags()).toEqual(tagNames.slice(0, 1));
  });

  it('given Ctrl-C, then it stops in good order, and its server with it', async () => {
    const server = await postmaster();

    const ended = await watchbook.kill('SIGINT');

    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(await isAlive(server)).toBe(false);
    expect(await folder.postmaster()).toBeUndefined();
  });

  it('given it was stopped, when it starts again, then all is there; no password is told', async () => {
    watchbook = serve();
    url = await watchbook.listens();

    expect(watchbook.stdout).not.toMatch(/password +\S/);
    await logIn();
    await call('POST', '/tags', { name: tagNames[1] });
    expect(await tags()).toEqual(tagNames);
  });

  it('given it is killed, when it starts again, then it takes over the server it left', async () => {
    const server = await postmaster();
    expect(await watchbook.kill('SIGKILL')).toMatchObject({ signal: 'SIGKILL' });
    expect(await isAlive(server)).toBe(true);

    watchbook = serve();
    url = await watchbook.listens();

    expect(await postmaster()).toBe(server);
    expect(watchbook.stdout).toContain('left behind');
    expect(await tags()).toEqual(tagNames);
  });

  it('given SIGTERM, then it stops in good order as well, the adopted server, too', async () => {
    const server = await postmaster();

    const ended = await watchbook.kill('SIGTERM');

    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(await isAlive(server)).toBe(false);
  });

  it('given Ctrl-C while it is still starting, then nothing is left of it', async () => {
    watchbook = serve();
    await eventually('the server is there', async () => (await folder.postmaster()) !== undefined);
    const server = await postmaster();

    const ended = await watchbook.kill('SIGINT');

    expect(ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    expect(await isAlive(server)).toBe(false);
  });
});
