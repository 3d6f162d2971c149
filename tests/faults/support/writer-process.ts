import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { eventually } from '../../event-store/support/waiting.js';
import { type Answer, type Notice } from '../accounting/ledger.js';
import { startScript } from './start-script.js';
import { type PlannedAppend, WriterOptions } from './writer.js';

/** What a process of writers is to do. */
export const WriterProcessSettings = z.strictObject({
  /** By its name. */
  adapter: z.string(),
  url: z.string(),
  name: z.string(),
  writers: z.int(),
  options: WriterOptions,
});

export type WriterProcessSettings = Readonly<z.infer<typeof WriterProcessSettings>>;

/** Writers in a process of its own, which can be killed. */
export class WriterProcess {
  /** What was begun and not settled. */
  private readonly open = new Map<string, PlannedAppend>();
  private acknowledged = 0;
  private readonly ended: Promise<unknown>;
  private readonly reading: Promise<void>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly say: (notice: Notice) => void,
  ) {
    this.ended = once(child, 'close');
    this.reading = this.read();
  }

  static start(settings: WriterProcessSettings, say: (notice: Notice) => void): WriterProcess {
    const child = startScript('start-writers.ts', settings);
    return new WriterProcess(child, say);
  }

  /** Until it has told of so many. */
  async acknowledges(count: number): Promise<void> {
    await eventually(`${count} appends by a process`, () => this.acknowledged >= count, 20_000);
  }

  /** SIGKILL. @returns what it had begun, and was not told of. */
  async kill(): Promise<readonly PlannedAppend[]> {
    this.child.kill('SIGKILL');
    await this.ended;
    await this.reading;
    return [...this.open.values()];
  }

  /** Lets it finish what it has begun; nothing when it was killed. @throws when it does not end well */
  async stop(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
    await this.reading;
    if (this.child.exitCode !== 0 && !this.child.killed)
      throw new Error('A process of writers did not end well');
  }

  private async read(): Promise<void> {
    if (this.child.stdout === null) return;
    for await (const line of createInterface({ input: this.child.stdout })) {
      const notice = SpokenNotice.parse(JSON.parse(line));
      if ('began' in notice) this.open.set(notice.began.key, notice.began);
      else if (notice.answer.told !== 'unknown') this.open.delete(notice.ended);
      if ('ended' in notice && notice.answer.told === 'acknowledged') this.acknowledged += 1;
      this.say(notice);
    }
  }
}

const SpokenAppend = z.object({
  key: z.string(),
  writer: z.string(),
  marks: z.array(z.string()),
  stream: z.templateLiteral(['tag-', z.string()]),
  expected: z.union([z.enum(['no-stream', 'stream-exists', 'any']), z.int()]),
}) satisfies z.ZodType<PlannedAppend>;

const SpokenAnswer = z.discriminatedUnion('told', [
  z.object({
    told: z.literal('acknowledged'),
    stream: z.string(),
    revision: z.int(),
    position: z.string(),
  }),
  z.object({ told: z.literal('refused'), why: z.string() }),
  z.object({ told: z.literal('unknown'), why: z.string() }),
]) satisfies z.ZodType<Answer>;

const SpokenNotice = z.union([
  z.object({ began: SpokenAppend }),
  z.object({ ended: z.string(), answer: SpokenAnswer }),
]);
