import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

/** Runs a script beside this one in a process of its own, which reads its settings from its argument. */
export function startScript(name: string, settings: object): ChildProcess {
  const script = path.join(import.meta.dirname, name);
  return spawn(process.execPath, ['--import', tsx, script, JSON.stringify(settings)], {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

const tsx = pathToFileURL(createRequire(import.meta.filename).resolve('tsx')).href;
