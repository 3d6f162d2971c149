import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findFreePort } from '../../src/platform/embedded-postgres/start-server.js';
import { within } from '../event-store/support/waiting.js';
import { borrowEventStore, type TestEventStore } from '../support/test-event-store.js';
import { Masks, readTour, type Tour } from './support/readme.js';

/** The README's tour, word for word; only port and folder are the test's own. */
const root = path.resolve(import.meta.dirname, '../..');

let tour: Tour;
let folder: string;
let environment: NodeJS.ProcessEnv;
let watchbook: ChildProcess;
let printed = '';
let eventStore: TestEventStore;

beforeAll(async () => {
  tour = readTour(await readFile(path.join(root, 'README.md'), 'utf8'));
  folder = await mkdtemp(path.join(tmpdir(), 'watchbook-tour-'));
  // Under root, the database's user has to get through to its data.
  await chmod(folder, 0o711);
  // Set to nothing rather than left out, so that a developer's .env does not come in.
  const unset = Object.fromEntries(tour.variables.map((name) => [name, '']));
  const port = String(await findFreePort());
  eventStore = await borrowEventStore('postgres://localhost/tour');
  const own = {
    PORT: port,
    // Its services are examples: nobody shall be asked how they are.
    ROLES: 'api,projector',
    DATA_DIR: path.join(folder, 'data'),
    EVENT_STORE_URL: eventStore.url ?? '',
  };
  environment = { ...process.env, ...unset, ...own, NODE_OPTIONS: '' };
});

afterAll(async () => {
  if (isRunning(watchbook)) {
    watchbook.kill('SIGINT');
    await within(20_000, 'Watchbook ends', once(watchbook, 'exit')).catch(() =>
      watchbook.kill('SIGKILL'),
    );
  }
  await eventStore.giveBack();
  await rm(folder, { recursive: true, force: true });
}, 25_000);

describe('the tour in the README', () => {
  test('given an empty folder, when it is started as it says, then it listens', async () => {
    watchbook = spawn('bash', ['-c', `${insteadOfNpm}\n${tour.start.commands}`], {
      cwd: root,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const listening = new Promise<void>((resolve, reject) => {
      watchbook.stdout?.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        if (printed.includes('Ctrl-C stops it.')) resolve();
      });
      watchbook.once('exit', () => reject(new Error(`It ended, and said:\n${printed}`)));
    });
    await within(30_000, 'Watchbook listens', listening);

    const address = `127.0.0.1:${environment['PORT'] ?? ''}`;
    expect(printed.replaceAll(address, '127.0.0.1:8000')).toContain(tour.start.output.trim());
  }, 35_000);

  test('given that, when its commands are run one after the other, then they print what it says', async () => {
    const outputs = await runInOneSession(tour.steps.map(({ commands }) => commands));

    const [told, seen] = [new Masks(), new Masks()];
    const expected = tour.steps.map(({ commands, output }) => [commands, told.mask(output)]);
    const actual = tour.steps.map(({ commands }, n) => [commands, seen.mask(outputs[n] ?? '')]);
    expect(actual).toEqual(expected);
  }, 40_000);

  test('given that, when it is interrupted, then it ends well', async () => {
    const ended = once(watchbook, 'exit');
    watchbook.kill('SIGINT');

    expect(await within(20_000, 'Watchbook ends', ended)).toEqual([0, null]);
  }, 25_000);
});

/** The sources instead of a build, and no installing; the process that bash becomes gets the signals. */
const insteadOfNpm = `
npm() {
  case "$1" in
    ci) ;;
    start) exec node --import tsx src/cli/main.ts serve ;;
    *) echo "The tour starts with something else: npm $*" >&2; exit 1 ;;
  esac
}`;

/** @returns What each of them prints. */
async function runInOneSession(commands: readonly string[]): Promise<string[]> {
  const end = '--- end of a step ---';
  const script = commands.map((block) => `${block}\necho '${end}'\n`).join('');
  const options = { cwd: root, env: environment, timeout: 38_000 };
  const bash = promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options);
  const { stdout } = await bash;
  return stdout.split(`${end}\n`);
}

function isRunning(child: ChildProcess | undefined): child is ChildProcess {
  return child !== undefined && child.exitCode === null && child.signalCode === null;
}
