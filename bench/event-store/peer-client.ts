import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type z } from 'zod';
import {
  Answer,
  type Appends,
  Measured,
  type PeerName,
  Replayed,
  type Request,
} from './protocol.js';

/** A peer in a process of its own. */
export class PeerProcess {
  private readonly child: ChildProcess;

  constructor(readonly name: PeerName) {
    this.child = fork(path.join(import.meta.dirname, 'peer-process.js'), [name]);
  }

  async prepare(url: string): Promise<void> {
    await this.ask({ do: 'prepare', url });
  }

  async append(url: string, appends: Appends): Promise<Measured> {
    return this.expect(Measured, { do: 'append', url, appends });
  }

  async fill(url: string, events: number): Promise<void> {
    await this.ask({ do: 'fill', url, events });
  }

  async replay(url: string): Promise<Replayed> {
    return this.expect(Replayed, { do: 'replay', url });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await exited;
  }

  private async expect<T>(schema: z.ZodType<T>, request: Request): Promise<T> {
    return schema.parse(await this.ask(request));
  }

  /** @throws Error with what went wrong over there, also when the process ended. */
  private async ask(request: Request): Promise<unknown> {
    const over = new AbortController();
    const { signal } = over;
    try {
      const told = Promise.race([
        once(this.child, 'message', { signal }),
        once(this.child, 'exit', { signal }).then(() => [{ error: 'its process ended' }]),
      ]);
      this.child.send(request);
      const [message] = (await told) as unknown[];
      const answer = Answer.parse(message);
      if ('error' in answer) throw new Error(`${this.name}, ${request.do}: ${answer.error}`);
      return answer.value;
    } finally {
      over.abort();
    }
  }
}
