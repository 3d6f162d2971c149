import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';
import { within } from '../../event-store/support/waiting.js';
import { startScript } from './start-script.js';

/** What a process is to do with the read models of a database. */
export const ProjectionsProcessSettings = z.strictObject({
  url: z.string(),
  runs: z.enum(['projections', 'rebuilds']),
});

type Settings = Readonly<z.infer<typeof ProjectionsProcessSettings>>;

/** A process that runs projections or rebuilds, which can be killed. */
export class ProjectionsProcess {
  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it has begun. */
  static async start(settings: Settings): Promise<ProjectionsProcess> {
    const child = startScript('start-projections.ts', settings);
    if (child.stdout === null) throw new Error('Unreachable: its output is a pipe');
    await within(60_000, 'a process runs projections', once(child.stdout, 'data'));
    return new ProjectionsProcess(child);
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
