import {
  type EventStore,
  type LogBatch,
  type LogEntry,
  type LogRange,
} from '../../../src/event-store/event-store.js';
import { eventually, within } from './waiting.js';

/** Subscribes and notes down what comes, until it is stopped. */
export class Follower {
  readonly batches: LogBatch[] = [];
  readonly #controller = new AbortController();
  readonly #following: Promise<void>;
  readonly #seen = new Set<string>();
  #failure: Error | undefined;

  constructor(
    store: EventStore,
    range: LogRange,
    private readonly pace: (batch: LogBatch) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#following = this.#follow(store, range).catch((error: unknown) => {
      this.#failure = error instanceof Error ? error : new Error(String(error));
    });
  }

  get entries(): LogEntry[] {
    return this.batches.flatMap(({ entries }) => entries);
  }

  async untilSeen(ids: readonly string[]): Promise<void> {
    await this.until(`${ids.length} events are seen`, () => ids.every((id) => this.#seen.has(id)));
  }

  async untilAtEnd(): Promise<void> {
    await this.until('the end of the log', () => this.batches.at(-1)?.atEnd === true);
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await eventually(what, () => this.#failure !== undefined || condition());
    if (this.#failure !== undefined) throw this.#failure;
  }

  abort(): void {
    this.#controller.abort();
  }

  /** Fails when the subscription did, or does not end promptly. */
  async stop(): Promise<void> {
    this.abort();
    await within(500, 'the subscription ends', this.#following);
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #follow(store: EventStore, range: LogRange): Promise<void> {
    for await (const batch of store.subscribe(range, this.#controller.signal)) {
      this.batches.push(batch);
      for (const { id } of batch.entries) this.#seen.add(id);
      await this.pace(batch);
    }
  }
}
