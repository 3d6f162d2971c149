import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readPidFile } from '../../../src/platform/embedded-postgres/pid-file.js';
import { isAlive } from '../../../src/platform/embedded-postgres/processes.js';
import { eventually } from '../../event-store/support/waiting.js';

/** A place for a Watchbook with a database of its own. */
export class DataFolder {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<DataFolder> {
    const folder = await mkdtemp(path.join(tmpdir(), 'watchbook-cli-'));
    // Under root, the server's user has to get through to its data.
    await chmod(folder, 0o711);
    return new DataFolder(folder);
  }

  get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  /** The process id of the PostgreSQL that runs on it. */
  async postmaster(): Promise<number | undefined> {
    const file = await readPidFile(path.join(this.dataDir, 'postgres'));
    if (file === undefined || file === 'empty') return undefined;
    return (await isAlive(file.pid)) ? file.pid : undefined;
  }

  /** Ends the server that a test may have left, and removes the folder. */
  async remove(): Promise<void> {
    const left = await this.postmaster();
    if (left !== undefined) {
      process.kill(left, 'SIGQUIT');
      await eventually('the server ends', async () => !(await isAlive(left)));
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
