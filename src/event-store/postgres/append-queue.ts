import { type StoredEvent } from '../codec.js';
import { EventStoreOverloaded, EventStoreUnavailable, WrongExpectedRevision } from '../errors.js';
import { type Appended, type ExpectedRevision } from '../event-store.js';
import { type StreamId } from '../stream-id.js';

export interface Append {
  readonly stream: StreamId;
  readonly expected: ExpectedRevision;
  readonly events: readonly StoredEvent[];
}

export type AppendVerdict =
  | { readonly verdict: 'appended' | 'repeated'; readonly appended: Appended }
  | { readonly verdict: 'conflict'; readonly actual: number };

/** Sends appends of different streams together. A failure says whether it may have been carried out. */
export interface AppendSender {
  /** @throws ConnectionLost when the outcome is unknown; anything else means that nothing was appended. */
  send(appends: readonly Append[]): Promise<readonly AppendVerdict[]>;
  close(): Promise<void>;
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/**
 * Gathers the appends of all callers while one batch is on its way, and sends them as the next: batches grow with
 * the load by themselves. A batch takes one append per stream; an append with unknown outcome goes out again with
 * the same event ids until its time is up.
 */
export class AppendQueue {
  private waiting: Waiting[] = [];
  /** In the order of their deadlines, whether they are waiting or on their way. */
  private readonly unsettled = new Set<Waiting>();
  private lastError: unknown;
  private sending = false;
  private closed = false;

  constructor(
    private readonly sender: AppendSender,
    private readonly onAppended: () => void,
  ) {}

  add(append: Append): Promise<Appended> {
    if (this.closed) return Promise.reject(new EventStoreUnavailable('The event store is closed'));
    if (this.waiting.length >= maxWaiting)
      return Promise.reject(new EventStoreOverloaded('Too many appends are waiting'));
    return new Promise<Appended>((resolve, reject) => {
      const deadline = performance.now() + appendTimeoutMs;
      const item: Waiting = { append, size: sizeOf(append), resolve, reject, deadline };
      this.waiting.push(item);
      this.unsettled.add(item);
      if (!this.sending) {
        this.sending = true;
        // After this turn of the event loop, so that whatever arrives in it goes out together.
        setImmediate(() => void this.sendAll());
      }
    });
  }

  /** Sends what is waiting, takes no more, and closes the sender. */
  async close(): Promise<void> {
    this.closed = true;
    while (this.sending) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.sender.close();
  }

  private async sendAll(): Promise<void> {
    // Nobody waits longer than promised, not even for a batch that hangs.
    const watch = setInterval(() => this.expire(), expiryMs);
    while (this.waiting.length > 0) await this.sendBatch(this.takeBatch());
    clearInterval(watch);
    this.sending = false;
  }

  private expire(): void {
    const now = performance.now();
    for (const item of this.unsettled) {
      if (item.deadline > now) return;
      this.unsettled.delete(item);
      item.reject(
        new EventStoreUnavailable('The event log did not answer', { cause: this.lastError }),
      );
    }
  }

  private takeBatch(): Waiting[] {
    const streams = new Set<string>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    let events = 0;
    let size = 0;
    for (const item of this.waiting) {
      if (!this.unsettled.has(item)) continue;
      const { stream, events: own } = item.append;
      const fits =
        batch.length === 0 ||
        (events + own.length <= maxEventsPerBatch && size + item.size <= maxBatchSize);
      if (fits && !streams.has(stream)) {
        batch.push(item);
        events += own.length;
        size += item.size;
      } else {
        later.push(item);
      }
      streams.add(stream);
    }
    this.waiting = later;
    return batch;
  }

  private async sendBatch(items: readonly Waiting[]): Promise<void> {
    const batch = items.filter((item) => this.unsettled.has(item));
    if (batch.length === 0) return;
    let verdicts: readonly AppendVerdict[];
    try {
      verdicts = await this.sender.send(batch.map(({ append }) => append));
    } catch (error) {
      await this.recover(batch, error);
      return;
    }
    batch.forEach((item, index) => {
      this.unsettled.delete(item);
      settle(item, verdicts[index]);
    });
    if (verdicts.some(({ verdict }) => verdict === 'appended')) this.onAppended();
  }

  private async recover(batch: readonly Waiting[], error: unknown): Promise<void> {
    const [only] = batch;
    if (error instanceof ConnectionLost) {
      this.lastError = error;
      this.waiting = [...batch, ...this.waiting];
      this.expire();
      if (this.unsettled.size > 0)
        await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    } else if (batch.length > 1) {
      // Only the guilty one shall fail: it is found by halving.
      const half = Math.ceil(batch.length / 2);
      await this.sendBatch(batch.slice(0, half));
      await this.sendBatch(batch.slice(half));
    } else if (only !== undefined) {
      this.unsettled.delete(only);
      only.reject(error);
    }
  }
}

interface Waiting {
  readonly append: Append;
  readonly size: number;
  readonly deadline: number;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: unknown) => void;
}

const maxWaiting = 10_000;
const maxEventsPerBatch = 1_000;
/** Characters of JSON; so that a batch of large events does not take longer than a statement may. */
const maxBatchSize = 8 * 1024 * 1024;
const appendTimeoutMs = 4_000;
const retryDelayMs = 100;
const expiryMs = 100;

function sizeOf({ events }: Append): number {
  return events.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0);
}

function settle({ append, resolve, reject }: Waiting, verdict: AppendVerdict | undefined): void {
  if (verdict === undefined) reject(new Error('The event log gave no verdict'));
  else if (verdict.verdict !== 'conflict') resolve(verdict.appended);
  else reject(new WrongExpectedRevision(append.stream, append.expected, verdict.actual));
}
