import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Control } from './control.js';

/**
 * A double of EventStoreDB as a process of its own; it has to be one, because the definitions it is built on stand in
 * a global namespace that the client uses, too.
 *
 * By hand: `npx tsx tests/support/eventstoredb-double/start-double.ts --port 2113` serves one log until Ctrl-C.
 */
const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'control-port': { type: 'string', default: '0' },
    /** Where logs are kept until the end; a new temporary one when left out. */
    folder: { type: 'string' },
  },
});
const folder = values.folder ?? (await mkdtemp(path.join(tmpdir(), 'eventstoredb-double-')));
const url = await Control.start(folder, Number(values['control-port']));

const end = (): never => {
  rmSync(folder, { recursive: true, force: true });
  process.exit();
};

if (values.port === undefined) {
  // The parent holds the other end: without it there is nobody left to serve.
  process.stdin.resume().once('close', end);
  process.stdout.write(`${url}\n`);
} else {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, end);
  const body = JSON.stringify({ ports: [Number(values.port)], batchAppend: true });
  const answer = await fetch(`${url}/logs`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
  console.log(`esdb://127.0.0.1:${values.port}?tls=false (control: ${url})`);
}
