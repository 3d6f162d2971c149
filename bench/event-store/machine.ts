import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Server } from './server.js';

/** What figures depend on, besides what is measured. */
export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly postgres: string;
  /** Durable means both are on. */
  readonly fsync: string;
  readonly synchronousCommit: string;
}

export async function describeMachine(server: Server): Promise<Machine> {
  return {
    cores: os.cpus().length,
    processor: os.cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    node: process.versions.node,
    postgres: (await server.ask('SHOW server_version')).split(' ')[0] ?? '',
    fsync: await server.ask('SHOW fsync'),
    synchronousCommit: await server.ask('SHOW synchronous_commit'),
  };
}

/** What one fsync of 8 kB takes on the server's disk, in ms; measured in a process that has in front of it what the server has. */
export async function fsyncMs({ dataDir, preloaded }: Server): Promise<number> {
  const program = path.join(import.meta.dirname, 'fsync-process.js');
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, path.join(dataDir, 'fsync-probe')],
    { env: { ...process.env, ...(preloaded !== undefined && { LD_PRELOAD: preloaded }) } },
  );
  return Number(stdout);
}
