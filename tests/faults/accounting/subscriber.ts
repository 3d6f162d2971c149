import { setTimeout as sleep } from 'node:timers/promises';
import { EventStoreUnavailable } from '../../../src/event-store/errors.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { type Reading } from './judge.js';

/** Follows the whole log. When its subscription breaks, it goes on after its checkpoint, for as long as it lives. */
export class Subscriber implements Reading {
  readonly handedOut: { position: Position; id: string }[] = [];
  /** Everything up to here was handed out. */
  checkpoint: Position;
  private subscription = new AbortController();
  private isStopping = false;
  private failure: Error | undefined;
  private readonly following: Promise<void>;

  constructor(
    readonly reader: string,
    private store: EventStore,
    readonly after: Position = 0n,
  ) {
    this.checkpoint = after;
    this.following = this.follow().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  /** Ends the subscription, and begins another one after the checkpoint; in another store of the log, if told. */
  resume(store = this.store): void {
    this.store = store;
    this.subscription.abort();
  }

  /** @throws what ended it, when that was anything but a store out of reach. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.subscription.abort();
    await this.following;
    if (this.failure !== undefined) throw this.failure;
  }

  private async follow(): Promise<void> {
    while (!this.isStopping) {
      this.subscription = new AbortController();
      try {
        await this.subscribe(this.subscription.signal);
      } catch (error) {
        if (!(error instanceof EventStoreUnavailable)) throw error;
        await sleep(retryMs);
      }
    }
  }

  private async subscribe(signal: AbortSignal): Promise<void> {
    for await (const batch of this.store.subscribe({ after: this.checkpoint }, signal)) {
      for (const { position, id } of batch.entries) this.handedOut.push({ position, id });
      this.checkpoint = batch.upTo;
    }
  }
}

const retryMs = 50;
