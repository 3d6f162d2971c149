import { setTimeout as sleep } from 'node:timers/promises';
import { END, excludeSystemEvents } from '@eventstore/db-client';
import { Doorbell } from '../doorbell.js';
import { type Position, start } from '../position.js';
import { type Connection } from './connection.js';
import { positionOf, type ResolvedRecord } from './entries.js';
import { natureOf } from './failures.js';

/**
 * Wakes subscribers when something was appended: by this process at once, by others through one subscription to the
 * whole log. It does nothing but ring. It may fail, end, or go silent, and is made anew; what it did not tell in
 * between, readers find by looking each second.
 */
export class Bell {
  private readonly doorbell = new Doorbell();
  private readonly stopping = new AbortController();
  private listening: Promise<void> | undefined;
  /** Of the last event that anybody here knows of. */
  private known = start;
  /** Since when the subscription owes us news of it. */
  private owedSince: number | undefined;

  constructor(private readonly connection: Connection) {}

  /** A mark to wait from. */
  silence(): number {
    this.listening ??= this.listen();
    return this.doorbell.silence();
  }

  /** Until it rings, or has rung since the mark, or a second is over, or the signal. */
  wait(since: number, signal: AbortSignal): Promise<void> {
    return this.doorbell.wait(since, signal);
  }

  /** Of an event that was appended. Readers it wakes find what stands before it, too. */
  ring(position: Position): void {
    if (position <= this.known) return;
    this.learn(position);
    this.doorbell.ring();
  }

  /** Of an event that a reader has found. */
  learn(position: Position): void {
    if (position <= this.known) return;
    this.known = position;
    this.owedSince ??= performance.now();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.listening;
  }

  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    let pause = firstPauseMs;
    while (!signal.aborted) {
      const begun = performance.now();
      await this.subscribe(signal);
      const wasSteady = performance.now() - begun > steadyMs;
      pause = wasSteady ? firstPauseMs : Math.min(2 * pause, longestPauseMs);
      await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One subscription. Resolves when it is over, however it ended. */
  private async subscribe(signal: AbortSignal): Promise<void> {
    const { client } = this.connection;
    const subscription = client.subscribeToAll({
      fromPosition: END,
      filter: excludeSystemEvents(),
      requiresLeader: true,
    });
    // An answer is owed, too.
    this.owedSince = performance.now();
    subscription.on('confirmation', () => {
      this.owedSince = undefined;
      this.doorbell.ring();
    });
    subscription.on('data', (record: ResolvedRecord) => {
      const position = positionOf(record);
      this.ring(position);
      if (position >= this.known) this.owedSince = undefined;
    });
    await new Promise<void>((resolve) => {
      const watch = setInterval(() => {
        const isSilent = performance.now() - (this.owedSince ?? Infinity) > silenceMs;
        // The client does not tell that it was closed.
        if (isSilent || this.connection.client !== client) end();
      }, watchMs);
      const end = (): void => {
        clearInterval(watch);
        signal.removeEventListener('abort', end);
        resolve();
      };
      signal.addEventListener('abort', end);
      // Listened to for as long as it lives: an error that nobody hears ends the process.
      subscription.on('error', (error) => {
        if (natureOf(error) === 'client') this.connection.replace(client);
        end();
      });
      subscription.on('end', end);
      subscription.on('close', end);
      if (signal.aborted) end();
    });
    subscription.unsubscribe().catch(() => undefined);
    subscription.destroy();
  }
}

const watchMs = 250;
const silenceMs = 3_000;
/** Whoever lasted that long was not just refused. */
const steadyMs = 5_000;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
