import { execFile } from 'node:child_process';
import { mkdtemp, realpath, rm, statfs, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { codeOf } from '../../../src/platform/error-code.js';
import { endPostgres, guard } from './guard.js';

/** A disk of its own, in memory, to be filled. Mounting one needs Linux and root. */
export class SmallDisk {
  private constructor(
    readonly folder: string,
    readonly unmount: () => Promise<void>,
  ) {}

  static async mount(megabytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(path.join(await realpath(os.tmpdir()), 'watchbook-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
    } catch (error) {
      await rm(folder, { recursive: true });
      throw error;
    }
    return new SmallDisk(folder, guard(folder, `${endPostgres}; umount --lazy "$0"; rmdir "$0"`));
  }

  /** Why there can be none on this computer; `undefined` when there can. */
  static async obstacle(): Promise<string | undefined> {
    try {
      await (await SmallDisk.mount(1)).unmount();
      return undefined;
    } catch (error) {
      return `a tmpfs cannot be mounted (${error instanceof Error ? error.message.trim() : ''})`;
    }
  }

  /** Leaves so many bytes, or fewer: others write as well. */
  async fill(left: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.folder);
    try {
      await writeFile(this.ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    } catch (error) {
      if (codeOf(error) !== 'ENOSPC') throw error;
    }
  }

  async free(): Promise<void> {
    await rm(this.ballast, { force: true });
  }

  private get ballast(): string {
    return path.join(this.folder, 'ballast');
  }
}

const run = promisify(execFile);
