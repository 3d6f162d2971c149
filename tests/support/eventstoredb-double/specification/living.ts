import { expect, it } from '@jest/globals';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { isAlive } from '../../../../src/platform/embedded-postgres/processes.js';
import { eventually } from '../../../event-store/support/waiting.js';
import { AboutDouble } from '../control-messages.js';
import { EventStoreDbDouble } from '../eventstoredb-double.js';
import { happened, idsIn, type Workbench } from './workbench.js';

const folder = path.resolve(import.meta.dirname, '..');
const tsx = pathToFileURL(createRequire(import.meta.filename).resolve('tsx')).href;

export function living(bench: Workbench): void {
  it('given its address, when another process asks, then it has a log', async () => {
    const known = await EventStoreDbDouble.at(bench.double.controlUrl);
    const log = await known.openLog();
    const client = bench.client(log.url);
    await client.appendToStream('s', happened());
    expect(await idsIn(client, 's')).toHaveLength(1);
    await log.close();
  });

  it('given it runs by hand, when Ctrl-C is pressed, then nothing is left of it', async () => {
    const port = await freePort();
    const child = run(path.join(folder, 'start-double.ts'), '--port', String(port));
    const said = await firstWords(child);
    const [, url = '', control = ''] = /^(esdb:\S+) \(control: (\S+)\)/.exec(said) ?? [];
    const client = bench.client(url);
    await client.appendToStream('s', happened());
    expect(await idsIn(client, 's')).toHaveLength(1);

    const about = AboutDouble.parse(await (await fetch(control)).json());
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(existsSync(about.folder)).toBe(false);
  });

  it('given the process that started it, when that is killed, then nothing is left of it', async () => {
    const module = pathToFileURL(path.join(folder, 'eventstoredb-double.ts')).href;
    const child = run(
      ...['--input-type=module', '--eval'],
      `import { EventStoreDbDouble } from '${module}';
       console.log((await EventStoreDbDouble.start()).controlUrl);
       setInterval(() => undefined, 1000);`,
    );
    const about = AboutDouble.parse(await (await fetch(await firstWords(child))).json());
    child.kill('SIGKILL');
    await eventually('the folder is gone', () => !existsSync(about.folder));
    await eventually('it is gone', async () => !(await isAlive(about.pid)));
  });

  it('given two replies to one append, when they come, then the process of the client ends', async () => {
    const { log, client } = await bench.log();
    await log.duplicateReplies(1);
    const child = run(
      ...['--input-type=module', '--eval'],
      `import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
       const client = EventStoreDBClient.connectionString('${log.url}');
       await client.appendToStream('s', jsonEvent({ type: 'happened', data: {} }));
       setInterval(() => undefined, 1000);`,
    );
    const [, said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
    expect(said).toContain('TypeError: undefined is not iterable');
    expect(child.exitCode).not.toBe(0);
    expect(await idsIn(client, 's')).toHaveLength(1);
  });
}

function run(...args: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--import', tsx, ...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

async function firstWords(child: ChildProcessWithoutNullStreams): Promise<string> {
  for await (const said of child.stdout) return String(said).trim();
  throw new Error(await text(child.stderr));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
