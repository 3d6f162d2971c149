import { type Client } from 'pg';
import { pause } from '../../platform/pause.js';
import { type EngineLog } from '../projection-engine.js';
import { type RowFold } from '../row-fold.js';
import { abandon, type CarryOut, RebuildFailed } from './carry-out.js';
import { type Rebuild, RebuildCancelled, type Rebuilds, RebuildTakenOver } from './rebuilds.js';

export interface RebuildRunnerParts {
  readonly rebuilds: Rebuilds;
  readonly folds: readonly Pick<RowFold, 'name' | 'version'>[];
  readonly carryOut: CarryOut;
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
    const { projection } = rebuild;
    try {
      await this.work(rebuild);
      await this.parts.onEnd();
    } catch (error) {
      if (error instanceof RebuildTakenOver) return true;
      log.error({ err: error, projection }, 'A rebuild was interrupted; it goes on');
      await pause(retryMs, this.stopping.signal);
      await rebuilds.release(rebuild).catch(() => undefined);
    }
    return true;
  }

  private async work(claimed: Rebuild): Promise<void> {
    const { rebuilds, carryOut, log } = this.parts;
    const { projection, kind, id } = claimed;
    const context = { projection, rebuild: id };
    const ending = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, ending.signal]);
    let seen = claimed;
    const heartbeat = setInterval(() => {
      rebuilds.renew(claimed, seen).catch((error: unknown) => ending.abort(error));
    }, renewMs);
    try {
      await rebuilds.renew(claimed, seen);
      await carryOut(claimed, { signal, onProgress: (rebuild) => void (seen = rebuild) });
      log.info(context, `The ${kind} is done`);
    } catch (error) {
      if (this.stopping.signal.aborted) await rebuilds.release(claimed);
      else if (error instanceof RebuildCancelled) await this.abandon(claimed, 'cancelled', null);
      else if (error instanceof RebuildFailed) {
        log.error({ ...context, err: error }, `The ${kind} failed`);
        await this.abandon(claimed, 'failed', error.message);
      } else throw error;
    } finally {
      clearInterval(heartbeat);
    }
  }

  private async abandon(...given: Abandoned): Promise<void> {
    const client = await this.parts.connect();
    try {
      await abandon(client, ...given);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

type Abandoned = [rebuild: Rebuild, outcome: 'cancelled' | 'failed', reason: string | null];

const lanesAtOnce = 2;
const lookEveryMs = 500;
const renewMs = 500;
const retryMs = 500;
