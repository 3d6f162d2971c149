import { type Pool } from 'pg';
import { type ReadModelGate } from './read-model-gate.js';

/**
 * Tells a process that does not run all of the projections how far they have come elsewhere. It asks the database only
 * while somebody waits.
 */
export class CheckpointWatcher {
  private timer: NodeJS.Timeout | undefined;
  private asking = false;

  constructor(
    private readonly pool: Pool,
    private readonly projections: readonly string[],
    private readonly gate: ReadModelGate,
    /** Whether they are run elsewhere at the moment, or some of them. */
    private readonly isNeeded: () => boolean = () => true,
  ) {}

  start(): void {
    this.timer = setInterval(() => void this.look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (!this.gate.isAwaited || this.asking || !this.isNeeded()) return;
    this.asking = true;
    try {
      const { rows } = await this.pool.query<{ position: string | null }>({
        name: 'slowest-projection',
        text: `
          SELECT min(position) AS position
            FROM readers.checkpoints
           WHERE reader = ANY ($1) AND error IS NULL`,
        values: [this.projections],
      });
      const position = rows[0]?.position;
      if (position) this.gate.advance(BigInt(position));
    } catch {
      // Whoever waits is told so when their time is up; the next look may work again.
    } finally {
      this.asking = false;
    }
  }
}

const lookEveryMs = 20;
