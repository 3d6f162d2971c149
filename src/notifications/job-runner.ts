import { type Logger } from '../platform/logger.js';
import { type Job, type JobQueue } from './job-queue.js';

/** Takes jobs as they become due, and has a bounded number of them done at the same time. */
export class JobRunner {
  private readonly stopping = new AbortController();
  private readonly running = new Map<Promise<void>, string>();
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
    await Promise.all(this.running.keys());
    await this.jobs.stop();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const mark = this.jobs.bell.silence();
      const free = maxAtOnce - this.running.size;
      const taken = free > 0 ? await this.jobs.take(free) : [];
      for (const job of taken) await this.begin(job);
      await this.jobs.bell.wait(mark, signal);
    }
  }

  private async begin(job: Job): Promise<void> {
    const ofSame = [...this.running.values()].filter((webhookId) => webhookId === job.webhookId);
    if (ofSame.length >= maxPerWebhook) return this.giveBack(job);
    const done = this.attempt(job).finally(() => {
      const wasFull = this.running.size === maxAtOnce;
      this.running.delete(done);
      // There may be more than fitted.
      if (wasFull) this.jobs.bell.ring();
    });
    this.running.set(done, job.webhookId);
  }

  private async attempt(job: Job): Promise<void> {
    try {
      await this.work(job);
    } catch (error) {
      this.log.warn(
        { err: error, delivery: job.deliveryId },
        'An attempt to deliver could not be made or written down; it is made again',
      );
      await this.giveBack(job);
    }
  }

  /** Should this fail, too, the job comes back by itself, only later. */
  private async giveBack(job: Job): Promise<void> {
    await this.jobs.giveBack(job).catch(() => undefined);
  }
}

/** A receiver that hangs keeps a place for ten seconds; others go on meanwhile. */
const maxAtOnce = 50;
const maxPerWebhook = 10;
