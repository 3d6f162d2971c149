import { type Pool, type PoolClient } from 'pg';
import { type EventStore } from '../event-store/event-store.js';
import { start } from '../event-store/position.js';
import { advisoryLocks } from '../platform/advisory-locks.js';
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
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      let client: PoolClient | undefined;
      try {
        client = await this.pool.connect();
        if (await hasLock(client)) await this.follow(client, signal);
        client.release(signal.aborted);
      } catch (error) {
        // Whatever state the connection is in, the lock must not stay with it.
        client?.release(true);
        this.log.warn({ err: error }, 'Snapshots cannot be written; trying again in a moment');
      }
      await pause(retryMs, signal);
    }
  }

  private async follow(client: PoolClient, signal: AbortSignal): Promise<void> {
    const folds = Object.values(snapshotFolds());
    let last = await snapshots.last(client);
    if (last === start) await snapshots.clear(client);
    let sinceThen = 0;
    let recordedAt = '';
    const range = { after: last, types: typesOf(folds) };
    for await (const { entries, upTo } of this.store.subscribe(range, signal)) {
      await digest(this.pool, folds, { position: last }, entries);
      sinceThen += entries.length;
      recordedAt = entries.at(-1)?.recordedAt ?? recordedAt;
      if (sinceThen < this.every) continue;
      await snapshots.write(client, folds, upTo, recordedAt);
      for (const fold of folds) fold.keep();
      last = upTo;
      sinceThen = 0;
    }
  }
}

/** Written over the connection that holds the lock: whoever lost it cannot write. */
async function hasLock(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ free: boolean }>(
    'SELECT pg_try_advisory_lock($1) AS free',
    [advisoryLocks.snapshots],
  );
  return rows[0]?.free === true;
}

/** Folding so many takes a fraction of a second; see docs/time-travel.md. */
const eventsPerSnapshot = 5_000;
const retryMs = 1_000;
