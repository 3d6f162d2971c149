import { type Logger } from '../platform/logger.js';
import { type Sealer } from '../audit/seals/sealer.js';

/** Seals the log while it grows, off the way of whoever writes. What cannot be done now is done the next time. */
export class SealLog {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly sealer: Pick<Sealer, 'seal'>,
    private readonly log: Logger,
    private readonly everyMs = lookEveryMs,
  ) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.running = this.sealOnce();
    }, this.everyMs);
  }

  /** Ends after the block that is being sealed. */
  async stop(): Promise<void> {
    this.stopping.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private async sealOnce(): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.sealer.seal(maxAgeMs, signal);
    } catch (error) {
      this.log.warn({ err: error }, 'The log could not be sealed; trying again in a moment');
    }
    if (!signal.aborted) this.start();
  }
}

const lookEveryMs = 5_000;
/** So long an event may wait for its block to become full. */
const maxAgeMs = 60_000;
