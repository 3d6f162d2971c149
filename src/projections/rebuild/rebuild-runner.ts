import { type Client, DatabaseError } from 'pg';
import { type EventStore } from '../../event-store/event-store.js';
import { isRefusal } from '../apply-batch.js';
import { pause } from '../../platform/pause.js';
import { type EngineLog } from '../projection-engine.js';
import { type RowFold } from '../row-fold.js';
import { IndigestibleEvent } from './bulk-table.js';
import { abandon, carryOut } from './carry-out.js';
import { type Rebuild, RebuildCancelled, type Rebuilds, RebuildTakenOver } from './rebuilds.js';

export interface RebuildRunnerParts {
  readonly store: EventStore;
  readonly rebuilds: Rebuilds;
  readonly folds: readonly RowFold[];
  /** Opens a connection whose statements may take as long as they need. */
  readonly connect: () => Promise<Client>;
  /** Is told when one may have ended. */
  readonly onEnd: () => Promise<void>;
  readonly log: EngineLog;
}

/**
 * Carries out rebuilds that somebody wants, two at a time at the most. When its process is killed, another one goes
 * on where it was; when the database is away for a moment, so does this one.
 */
export class RebuildRunner {
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly parts: RebuildRunnerParts) {}

  start(): void {
    const lanes = Array.from({ length: lanesAtOnce }, () => this.runLane());
    this.running = Promise.all(lanes);
  }

  /** What is under way is left as it is, for whoever goes on with it. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Carries out what is waiting, one after the other in two lanes; resolves when nothing is. */
  async runWhatWaits(): Promise<void> {
    const lane = async (): Promise<void> => {
      while (!this.stopping.signal.aborted && (await this.next()));
    };
    await Promise.all(Array.from({ length: lanesAtOnce }, lane));
  }

  private async runLane(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const hasWorked = await this.next().catch((error: unknown) => {
        this.parts.log.error({ err: error }, 'No rebuild can be begun; trying again in a moment');
        return false;
      });
      if (!hasWorked) await pause(lookEveryMs, signal);
    }
  }

  /** @returns Whether there was one. */
  private async next(): Promise<boolean> {
    const { rebuilds, folds, log } = this.parts;
    const rebuild = await rebuilds.claim(folds);
    if (rebuild === undefined) return false;
    const fold = folds.find(({ name }) => name === rebuild.projection);
    if (fold === undefined) throw new Error(`Unreachable: no projection ${rebuild.projection}`);
    try {
      await this.work(rebuild, fold.anew());
      await this.parts.onEnd();
    } catch (error) {
      if (error instanceof RebuildTakenOver) return true;
      log.error({ err: error, projection: fold.name }, 'A rebuild was interrupted; it goes on');
      await pause(retryMs, this.stopping.signal);
      await rebuilds.release(rebuild).catch(() => undefined);
    }
    return true;
  }

  private async work(claimed: Rebuild, fold: RowFold): Promise<void> {
    const { store, rebuilds, log } = this.parts;
    const { projection, kind, id } = claimed;
    const context = { projection, rebuild: id };
    const ending = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, ending.signal]);
    let seen = claimed;
    const heartbeat = setInterval(() => {
      rebuilds.renew(claimed, seen).catch((error: unknown) => ending.abort(error));
    }, renewMs);
    const client = await this.parts.connect();
    try {
      await rebuilds.renew(claimed, seen);
      const onProgress = (rebuild: Rebuild): void => void (seen = rebuild);
      await carryOut(claimed, { store, client, fold, signal, onProgress });
      log.info(context, `The ${kind} is done`);
    } catch (error) {
      if (this.stopping.signal.aborted) await rebuilds.release(claimed);
      else if (error instanceof RebuildCancelled) await abandon(client, claimed, 'cancelled', null);
      else if (isFinal(error)) {
        log.error({ ...context, err: error }, `The ${kind} failed`);
        await abandon(client, claimed, 'failed', error.message);
      } else throw error;
    } finally {
      clearInterval(heartbeat);
      await client.end().catch(() => undefined);
    }
  }
}

const lanesAtOnce = 2;
const lookEveryMs = 500;
const renewMs = 500;
const retryMs = 500;

/** Trying again would end in the same way: an event, a row the database refuses (or a table), a full disk. */
function isFinal(error: unknown): error is Error {
  if (error instanceof IndigestibleEvent || isRefusal(error)) return true;
  // 53100: disk_full; class 42: something is not there, or there twice.
  return error instanceof DatabaseError && /^(53100|42)/.test(error.code ?? '');
}
