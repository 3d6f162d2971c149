import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { startApplication } from '../composition/application.js';
import { perform, performers } from '../demo/stage.js';
import { watch } from '../demo/tour.js';
import { readConfiguration } from '../platform/configuration.js';
import { createLogger } from '../platform/logger.js';
import { stopSignal } from './stop-signal.js';

/**
 * Runs a Watchbook of its own with a few real services on loopback that go up, slow and down, and prints what it tells
 * by webhook. Nothing of it stays: it has a folder for itself, which goes with it.
 */
export async function demo(): Promise<void> {
  const stopping = stopSignal();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'watchbook-demo-'));
  const password = 'watchbook demo';
  const configuration = readConfiguration({
    HOST: process.env['HOST'],
    PORT: process.env['PORT'],
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
    DATA_DIR: dataDir,
    ADMIN_PASSWORD: password,
    ALLOW_LOOPBACK_CHECKS: 'true',
    ALLOW_PRIVATE_WEBHOOKS: 'true',
  });
  const closing: (() => Promise<unknown>)[] = [() => rm(dataDir, { recursive: true, force: true })];
  try {
    say('Starting a Watchbook with a database of its own; this takes some seconds …');
    const application = await startApplication(configuration, createLogger(configuration.logLevel));
    closing.push(() => application.stop());
    const stage = await Promise.all(performers.map(perform));
    closing.push(() => Promise.all(stage.map((each) => each.stop())));
    const { host, port } = application.address;
    const url = `http://${host}:${port}`;
    const email = application.firstAdministrator?.email ?? '';
    say(introduction(url, email, password, dataDir));
    const watching = await watch({ url, email, password }, stage, say);
    closing.push(() => watching.stop());
    await stopping;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function introduction(url: string, email: string, password: string, dataDir: string): string {
  return `
Watchbook listens on ${url}

  ${url}/docs   the API, to read and to try; log in as ${email} with "${password}"

It checks four services every ten seconds. Payments will fail, Checkout will be slow, the mail relay will refuse
connections, and come back. What follows is what Watchbook tells by webhook, and every half minute a summary.
Ctrl-C ends the demo. Its data is in ${dataDir}, until it ends.
`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
