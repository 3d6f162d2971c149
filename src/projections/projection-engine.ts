import { type Pool, type PoolClient } from 'pg';
import { type EventStore, type LogBatch } from '../event-store/event-store.js';
import { type Position, start } from '../event-store/position.js';
import { applyBatch, OvertakenByAnother, type Progress } from './apply-batch.js';
import { type ReadModelGate } from './read-model-gate.js';
import { readModelTables } from './read-model-tables.js';
import { type RowFold } from './row-fold.js';

export interface EngineLog {
  info(context: object, message: string): void;
  error(context: object, message: string): void;
}

/**
 * Follows the log and keeps the read models: catches up, then stays within milliseconds.
 *
 * Each batch is one transaction that writes the rows and the checkpoints, so its effect happens once, whatever is
 * killed and whoever else runs the same projections. The transaction commits without waiting for the disk: should
 * the server crash, rows and checkpoints go back together, and the log has everything to go forward again.
 */
export class ProjectionEngine {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private progress: Progress[] = [];
  private caughtUp = false;

  constructor(
    private readonly store: EventStore,
    private readonly pool: Pool,
    private readonly folds: readonly RowFold[],
    private readonly gate: ReadModelGate,
    private readonly log: EngineLog,
  ) {}

  /** Makes the tables, and begins to follow the log. */
  async start(): Promise<void> {
    await this.withClient((client) => readModelTables.prepare(client, this.folds));
    this.running = this.run();
  }

  /** Ends after the batch that is being written. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Whether the read models have come to the end of the log since the engine was started, or had to begin again. */
  get hasCaughtUp(): boolean {
    return this.caughtUp;
  }

  /** Projections that stopped, with what was wrong. */
  get failures(): readonly { readonly projection: string; readonly reason: string }[] {
    return this.progress.flatMap(({ fold, error }) =>
      error === null ? [] : [{ projection: fold.name, reason: error }],
    );
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        this.keepTrack(await this.readProgress());
        // A crash of the server may have taken the last batches back: what was promised then must not stand.
        this.gate.restart(this.slowest());
        for await (const batch of this.store.subscribe({ after: this.slowest() }, signal))
          await this.take(batch);
      } catch (error) {
        for (const { fold } of this.progress) fold.forget();
        // Another process runs the same projections: go on from where it has come.
        if (error instanceof OvertakenByAnother) continue;
        this.caughtUp = false;
        this.log.error({ err: error }, 'The read models stopped; they go on in a moment');
        await pause(retryMs, signal);
      }
    }
  }

  private async take(batch: LogBatch): Promise<void> {
    if (batch.entries.length > 0)
      this.keepTrack(await this.withClient((client) => applyBatch(client, this.progress, batch)));
    this.gate.advance(this.slowest());
    if (batch.atEnd) this.caughtUp = true;
  }

  /** Says so when more projections are stopped than it knew of: also at the start, of those that were before. */
  private keepTrack(progress: Progress[]): void {
    const failedBefore = this.failures.length;
    this.progress = progress;
    if (this.failures.length > failedBefore)
      this.log.error({ failures: this.failures }, 'Projections are stopped');
  }

  /** A projection that an event stopped holds nobody up. */
  private slowest(): Position {
    const running = this.progress.filter(({ error }) => error === null);
    return (
      running.reduce<Position | undefined>(
        (least, { position }) => (least === undefined || position < least ? position : least),
        undefined,
      ) ?? start
    );
  }

  private async readProgress(): Promise<Progress[]> {
    const names = this.folds.map(({ name }) => name);
    const checkpoints = await this.withClient((client) =>
      readModelTables.readCheckpoints(client, names),
    );
    return this.folds.map((fold) => {
      const found = checkpoints.find(({ reader }) => reader === fold.name);
      if (found === undefined) throw new Error(`Projection ${fold.name} has no checkpoint`);
      const { version, position } = found;
      // As in an update without a pause: the newer one has built the table anew, and rows of ours would spoil it.
      const isOurs = version === fold.version;
      return { fold, position, error: isOurs ? found.error : `Version ${version} keeps it now` };
    });
  }

  private async withClient<T>(use: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    try {
      const result = await use(client);
      client.release();
      return result;
    } catch (error) {
      // Whatever state the connection is in: the next batch gets another one.
      client.release(true);
      throw error;
    }
  }
}

const retryMs = 250;

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
