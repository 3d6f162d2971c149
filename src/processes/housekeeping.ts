import { type Logger } from '../platform/logger.js';

/** Something that is to be tidied up now and then; doing it twice, or in two processes, does no harm. */
export interface Chore {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Does its chores at the start and every hour, or as often as is said. One that fails is tried again the next time. */
export class Housekeeping {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly chores: readonly Chore[],
    private readonly log: Logger,
    private readonly everyMs = hourMs,
  ) {}

  start(): void {
    this.running = this.doAll();
    this.timer = setInterval(() => {
      this.running = this.doAll();
    }, this.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async doAll(): Promise<void> {
    for (const { name, run } of this.chores) {
      try {
        await run();
      } catch (error) {
        this.log.warn(
          { err: error, chore: name },
          'A chore could not be done; it is tried again later',
        );
      }
    }
  }
}

const hourMs = 60 * 60 * 1000;
