import { type Pool, type PoolClient } from 'pg';
import { type EventStore, type LogBatch } from '../event-store/event-store.js';
import { type Position, start } from '../event-store/position.js';
import { applyBatch, OvertakenByAnother, type Progress } from './apply-batch.js';
import { Leases, type Standing } from './leases.js';
import { pause } from '../platform/pause.js';
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
 * Any number of processes may have one. Each projection is run by whoever holds its lease; the others stand by, and
 * take over when the holder is gone. All that one process holds it runs together, in one reading of the log, except
 * for what is behind the others, which catches up beside them.
 *
 * Each batch is one transaction that writes the rows and the checkpoints, so its effect happens once, whatever is
 * killed and whoever else thinks the lease is theirs. The transaction commits without waiting for the disk: should
 * the server crash, rows and checkpoints go back together, and the log has everything to go forward again.
 */
export class ProjectionEngine {
  private readonly stopping = new AbortController();
  private readonly leases: Leases;
  private running: Promise<void> = Promise.resolve();
  private tidying: Promise<void> = Promise.resolve();
  private standings: readonly Standing[] = [];
  private progress: readonly Progress[] = [];
  private caughtUp = false;
  private failuresTold = 0;

  constructor(
    private readonly store: EventStore,
    private readonly pool: Pool,
    private readonly folds: readonly RowFold[],
    private readonly gate: ReadModelGate,
    private readonly log: EngineLog,
  ) {
    this.leases = new Leases(pool, folds);
  }

  /** Makes the tables that are not there yet, and begins to follow the log. */
  async start(): Promise<void> {
    await this.withClient((client) => readModelTables.prepare(client, this.folds));
    this.standings = await this.leases.take();
    this.running = this.run();
  }

  /** Ends after the batch that is being written; another process takes over at once. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await this.tidying;
    // Where the database is away, the leases run out by themselves.
    await this.leases.release().catch(() => undefined);
  }

  /** Whether the read models have come to the end of the log since the engine was started, or are kept elsewhere. */
  get hasCaughtUp(): boolean {
    return this.caughtUp;
  }

  /** Whether it is this process that runs all projections: then nobody else moves them on. */
  get runsAll(): boolean {
    return this.progress.length === this.folds.length;
  }

  /** Projections that an event stopped. */
  get stopped(): readonly string[] {
    const ours = this.failures.filter(({ projection }) => {
      const fold = this.folds.find(({ name }) => name === projection);
      const standing = this.standings.find(({ name }) => name === projection);
      return standing?.version === fold?.version;
    });
    return ours.map(({ projection }) => projection);
  }

  /** Projections that do not go on here, with what is wrong. */
  get failures(): readonly { readonly projection: string; readonly reason: string }[] {
    return this.folds.flatMap(({ name, version }) => {
      const standing = this.standings.find((one) => one.name === name);
      const progress = this.progress.find(({ fold }) => fold.name === name);
      const reason = progress === undefined ? reasonOf(standing, version) : progress.error;
      return reason === null ? [] : [{ projection: name, reason }];
    });
  }

  /** Projections whose tables an older version made, or a newer one that nobody runs: they want a rebuild. */
  get outdated(): readonly { readonly projection: string; readonly version: number }[] {
    return this.folds.flatMap(({ name, version }) => {
      const standing = this.standings.find((one) => one.name === name);
      if (standing === undefined || standing.version === version) return [];
      const isKeptByNewer = standing.version > version && standing.isHeld;
      return isKeptByNewer ? [] : [{ projection: name, version }];
    });
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    // What was behind has caught up: from here on all go together, however far apart their checkpoints are.
    let together = false;
    while (!signal.aborted) {
      try {
        this.keepTrack(await this.leases.take());
        await this.begin();
        together = await this.runUntilSomethingChanges(together);
      } catch (error) {
        for (const fold of this.folds) fold.forget();
        // Another process runs the same projections, or a table was replaced: go on from what stands there now.
        if (error instanceof OvertakenByAnother) continue;
        this.caughtUp = false;
        this.log.error({ err: error }, 'The read models stopped; they go on in a moment');
        await pause(retryMs, signal);
      }
    }
  }

  /** Starts from what the database says: it may have been somebody else who wrote last. */
  private async begin(): Promise<void> {
    const ours = this.standings.filter(({ isOurs }) => isOurs);
    const progress: Progress[] = [];
    for (const { name, position, epoch, error } of ours) {
      const fold = this.folds.find((one) => one.name === name);
      if (fold === undefined) continue;
      const skipped = await readModelTables.readSkipped(this.pool, fold);
      const before = this.progress.find((one) => one.fold === fold);
      if (before?.epoch !== epoch || before.position !== position) fold.forget();
      progress.push({ fold, position, epoch, skipped, error });
    }
    this.progress = progress;
    this.tellFailures();
    // A crash of the server may have taken the last batches back: what was promised then must not stand.
    if (this.runsAll) this.gate.restart(slowest(progress));
  }

  private async runUntilSomethingChanges(together: boolean): Promise<boolean> {
    const round = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, round.signal]);
    const ends: Promise<unknown>[] = [this.watch(round, signal)];
    const running = this.progress.filter(({ error }) => error === null);
    const front = running.reduce(
      (most, { position }) => (position > most ? position : most),
      start,
    );
    const behind = together ? [] : running.filter(({ position }) => position < front);
    const ahead = running.filter((one) => !behind.includes(one));
    let hasMerged = false;
    if (ahead.length > 0) ends.push(this.follow(ahead, signal));
    if (behind.length > 0)
      ends.push(
        this.follow(behind, signal, () => {
          hasMerged = true;
          round.abort();
        }),
      );
    const ended = await Promise.allSettled(ends.map((end) => end.finally(() => round.abort())));
    const failed = ended.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return hasMerged;
  }

  private async follow(
    group: readonly Progress[],
    signal: AbortSignal,
    atEnd?: () => void,
  ): Promise<void> {
    let progress = group;
    let applied = 0;
    for await (const batch of this.store.subscribe({ after: slowest(group) }, signal)) {
      progress = await this.take(progress, batch);
      applied += batch.entries.length;
      if (batch.atEnd) {
        if (applied >= manyEvents) this.tidying = this.tidy(progress);
        applied = 0;
        atEnd?.();
      }
      if (progress.every(({ error }) => error !== null)) return;
    }
  }

  private async take(group: readonly Progress[], batch: LogBatch): Promise<readonly Progress[]> {
    let after = group;
    if (batch.entries.length > 0) {
      after = await this.withClient((client) => applyBatch(client, group, batch));
      this.progress = this.progress.map(
        (one) => after.find(({ fold }) => fold === one.fold) ?? one,
      );
      this.tellFailures();
    }
    if (this.runsAll) this.gate.advance(slowest(this.progress));
    if (batch.atEnd) this.caughtUp = true;
    return after;
  }

  /**
   * Rows that were rewritten again and again while catching up leave their old versions behind: to count rows takes ten
   * times as long then, until the server finds the time to tidy up by itself.
   */
  private async tidy(group: readonly Progress[]): Promise<void> {
    const tables = group
      .filter(({ fold }) => !fold.appendOnly)
      .map(({ fold }) => `read.${fold.name}`);
    if (tables.length === 0) return;
    try {
      await this.pool.query(`VACUUM (ANALYZE, SKIP_LOCKED) ${tables.join(', ')}`);
    } catch (error) {
      this.log.info({ err: error }, 'The tables were not tidied up; the server will do that');
    }
  }

  /** Renews the leases, and ends the round when what they say is no longer what it began with. */
  private async watch(round: AbortController, signal: AbortSignal): Promise<void> {
    const isOver = (): boolean => signal.aborted;
    for (;;) {
      await pause(this.progress.length === 0 ? standByMs : renewMs, signal);
      if (isOver()) return;
      const standings = await this.leases.take();
      if (isOver()) return;
      this.keepTrack(standings);
      const isSame = this.folds.every(({ name }) => {
        const standing = standings.find((one) => one.name === name);
        const known = this.progress.find(({ fold }) => fold.name === name);
        if (standing?.isOurs !== true) return known === undefined;
        return (
          known?.epoch === standing.epoch && (known.error === null) === (standing.error === null)
        );
      });
      if (!isSame) round.abort();
    }
  }

  private keepTrack(standings: readonly Standing[]): void {
    this.standings = standings;
    if (standings.length < this.folds.length)
      throw new Error('Some projections have no checkpoint');
    if (!standings.some(({ isOurs }) => isOurs))
      this.caughtUp = standings.every(({ isHeld }) => isHeld);
    this.tellFailures();
  }

  /** Says so when more projections are stopped than it knew of: also at the start, of those that were before. */
  private tellFailures(): void {
    const { failures } = this;
    if (failures.length > this.failuresTold)
      this.log.error({ failures }, 'Projections are stopped');
    this.failuresTold = failures.length;
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

/** A lease lasts three seconds: it can be late twice. */
const renewMs = 1_000;
/** Read without coming to the end of the log. */
const manyEvents = 10_000;
/** Less than anybody notices, when another process has stopped in good order. */
const standByMs = 400;
const retryMs = 250;

/** What keeps a projection that is not run here from running. */
function reasonOf(standing: Standing | undefined, version: number): string | null {
  if (standing === undefined) return null;
  // As in an update without a pause: rows of ours would spoil the newer table.
  if (standing.version !== version) return `Version ${standing.version} keeps it now`;
  return standing.error;
}

/** A projection that an event stopped holds nobody up. */
function slowest(progress: readonly Progress[]): Position {
  const running = progress.filter(({ error }) => error === null);
  return (
    running.reduce<Position | undefined>(
      (least, { position }) => (least === undefined || position < least ? position : least),
      undefined,
    ) ?? start
  );
}
