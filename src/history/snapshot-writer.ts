import { type Pool, type PoolClient } from 'pg';
import { type EventStore } from '../event-store/event-store.js';
import { start } from '../event-store/position.js';
import { advisoryLocks, tryLock } from '../platform/advisory-locks.js';
import { keepDoing } from '../platform/keep-doing.js';
import { type Logger } from '../platform/logger.js';
import { pause } from '../platform/pause.js';
import { digest, typesOf } from './fold-to.js';
import { snapshotFolds, snapshots } from './snapshots.js';

/**
 * Follows the log and writes a snapshot every so many events, off the way of commands and of the read models. One
 * process at a time does it, under a lock of the database that ends with its connection; the others look every
 * second whether it is free. Killed anywhere, it goes on from the last snapshot.
 */
export class SnapshotWriter {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  /** @param every How many events of those that matter lie between two snapshots. */
  constructor(
    private readonly store: EventStore,
    private readonly pool: Pool,
    private readonly log: Logger,
    private readonly every = eventsPerSnapshot,
  ) {}

  start(): void {
    const { signal } = this.stopping;
    this.running = keepDoing(() => this.takeTurn(signal), {
      signal,
      onFailure: (error) =>
        this.log.warn({ err: error }, 'Snapshots cannot be written; trying again in a moment'),
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async takeTurn(signal: AbortSignal): Promise<void> {
    const lock = await this.pool.connect();
    // The lock goes with its connection, which nobody else gets.
    let isFree = true;
    try {
      isFree = await tryLock(lock, advisoryLocks.snapshots);
      if (isFree) await this.follow(lock, signal);
    } finally {
      lock.release(isFree);
    }
    await pause(retryMs, signal);
  }

  /** Two who do it at once, one of whom lost the lock, write more rows than are needed, and none that is wrong. */
  private async follow(lock: PoolClient, signal: AbortSignal): Promise<void> {
    const folds = Object.values(snapshotFolds());
    let last = await snapshots.last(this.pool);
    if (last === start) await snapshots.clear(this.pool);
    let sinceThen = 0;
    let recordedAt = '';
    const range = { after: last, types: typesOf(folds) };
    for await (const { entries, upTo } of this.store.subscribe(range, signal)) {
      await digest(this.pool, folds, { position: last }, entries);
      sinceThen += entries.length;
      recordedAt = entries.at(-1)?.recordedAt ?? recordedAt;
      if (sinceThen < this.every) continue;
      // Fails where the connection, and the lock with it, is gone.
      await lock.query('SELECT 1');
      await snapshots.write(this.pool, folds, upTo, recordedAt);
      for (const fold of folds) fold.keep();
      last = upTo;
      sinceThen = 0;
    }
  }
}

/** Folding so many takes a fraction of a second; see docs/time-travel.md. */
const eventsPerSnapshot = 5_000;
const retryMs = 1_000;
