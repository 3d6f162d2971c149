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
      this.waiting.push({ append, resolve, reject, deadline });
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
    while (this.waiting.length > 0) await this.sendBatch(this.takeBatch());
    this.sending = false;
  }

  private takeBatch(): Waiting[] {
    const streams = new Set<string>();
    const batch: Waiting[] = [];
    const later: Waiting[] = [];
    let events = 0;
    for (const item of this.waiting) {
      const { stream, events: own } = item.append;
      const fits = batch.length === 0 || events + own.length <= maxEventsPerBatch;
      if (fits && !streams.has(stream)) {
        batch.push(item);
        events += own.length;
      } else {
        later.push(item);
      }
      streams.add(stream);
    }
    this.waiting = later;
    return batch;
  }

  private async sendBatch(batch: Waiting[]): Promise<void> {
    let verdicts: readonly AppendVerdict[];
    try {
      verdicts = await this.sender.send(batch.map(({ append }) => append));
    } catch (error) {
      await this.recover(batch, error);
      return;
    }
    batch.forEach((item, index) => settle(item, verdicts[index]));
    if (verdicts.some(({ verdict }) => verdict === 'appended')) this.onAppended();
  }

  private async recover(batch: Waiting[], error: unknown): Promise<void> {
    if (error instanceof ConnectionLost) {
      const inTime = batch.filter(({ deadline }) => performance.now() < deadline);
      for (const item of batch)
        if (!inTime.includes(item))
          item.reject(new EventStoreUnavailable('The event log did not answer', { cause: error }));
      this.waiting = [...inTime, ...this.waiting];
      if (inTime.length > 0) await new Promise((resolve) => setTimeout(resolve, retryDelayMs));
    } else if (batch.length > 1) {
      // Only the guilty one shall fail.
      for (const item of batch) await this.sendBatch([item]);
    } else {
      batch[0]?.reject(error);
    }
  }
}

interface Waiting {
  readonly append: Append;
  readonly deadline: number;
  resolve(appended: Appended): void;
  reject(error: unknown): void;
}

const maxWaiting = 10_000;
const maxEventsPerBatch = 1_000;
const appendTimeoutMs = 4_000;
const retryDelayMs = 100;

function settle({ append, resolve, reject }: Waiting, verdict: AppendVerdict | undefined): void {
  if (verdict === undefined) reject(new Error('The event log gave no verdict'));
  else if (verdict.verdict !== 'conflict') resolve(verdict.appended);
  else reject(new WrongExpectedRevision(append.stream, append.expected, verdict.actual));
}
