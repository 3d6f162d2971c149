import { type Logger } from '../platform/logger.js';
import { type Job, type JobQueue } from './job-queue.js';

/** Takes jobs as they become due, and has a bounded number of them done at the same time. */
export class JobRunner {
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: JobQueue,
    private readonly work: (job: Job) => Promise<void>,
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    await this.jobs.start();
    this.loop = this.run();
  }

  /** No new ones; those that are being done come to their end, which takes as long as an attempt may take. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    await Promise.all(this.running);
    await this.jobs.stop();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const mark = this.jobs.bell.silence();
      const free = maxAtOnce - this.running.size;
      const taken = free > 0 ? await this.jobs.take(free) : [];
      for (const job of taken) this.begin(job);
      await this.jobs.bell.wait(mark, signal);
    }
  }

  private begin(job: Job): void {
    const done = this.attempt(job).finally(() => {
      const wasFull = this.running.size === maxAtOnce;
      this.running.delete(done);
      // There may be more than fitted.
      if (wasFull) this.jobs.bell.ring();
    });
    this.running.add(done);
  }

  private async attempt(job: Job): Promise<void> {
    try {
      await this.work(job);
    } catch (error) {
      this.log.warn(
        { err: error, delivery: job.deliveryId },
        'An attempt to deliver could not be made or written down; it is made again',
      );
      // Should this fail, too, the job comes back by itself, only later.
      await this.jobs.giveBack(job).catch(() => undefined);
    }
  }
}

/** A receiver that hangs keeps a place for ten seconds; others go on meanwhile. */
const maxAtOnce = 20;
