import { EventStoreOverloaded, EventStoreUnavailable } from '../errors.js';
import { type Appended } from '../event-store.js';
import { Depth } from './depth.js';
import { type Append, WaitingAppend, WaitingAppends } from './waiting-appends.js';

export type AppendVerdict =
  | { readonly verdict: 'appended' | 'repeated'; readonly appended: Appended }
  | { readonly verdict: 'conflict'; readonly actual: number };

/** What became of a batch. */
export interface BatchAnswer {
  /** In the order of the appends. */
  readonly verdicts: readonly AppendVerdict[];
  /** How long the server worked on it, in ms, without the commit. */
  readonly took: number;
}

/** Sends appends of different streams together. A failure says whether it may have been carried out. */
export interface AppendSender {
  /**
   * A second batch may be sent while one is on its way; batches are carried out in their order.
   *
   * @throws ConnectionLost when the outcome is unknown; anything else means that nothing was appended.
   */
  send(appends: readonly Append[]): Promise<BatchAnswer>;
  close(): Promise<void>;
}

export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
}

/**
 * Gathers the appends of all callers while batches are on their way, and sends them as the next: batches grow with the
 * load by themselves. A batch takes one append per stream; an append with unknown outcome goes out again with the same
 * event ids until its time is up.
 */
export class AppendQueue {
  private readonly waiting = new WaitingAppends();
  /** In the order of their deadlines, whether they are waiting or on their way. */
  private readonly unsettled = new Set<WaitingAppend>();
  private readonly depth = new Depth();
  /** The batches on their way. */
  private readonly sent = new Set<readonly WaitingAppend[]>();
  private lastError: unknown;
  private isScheduled = false;
  private isPausing = false;
  private isClosed = false;
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly sender: AppendSender,
    private readonly onAppended: () => void,
  ) {}

  add(append: Append): Promise<Appended> {
    if (this.isClosed)
      return Promise.reject(new EventStoreUnavailable('The event store is closed'));
    const size = sizeOf(append);
    if (this.waiting.count >= maxWaiting || this.waiting.size + size > maxWaitingSize)
      return Promise.reject(new EventStoreOverloaded('Too many appends are waiting'));
    return new Promise<Appended>((resolve, reject) => {
      const deadline = performance.now() + appendTimeoutMs;
      const item = new WaitingAppend(append, size, deadline, resolve, reject);
      this.waiting.add(item);
      this.unsettled.add(item);
      this.schedule();
      this.watch ??= setInterval(() => this.expire(), expiryMs).unref();
    });
  }

  /** Sends what is waiting, takes no more, and closes the sender. */
  async close(): Promise<void> {
    this.isClosed = true;
    while (this.unsettled.size > 0 || this.sent.size > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
    await this.sender.close();
  }

  /** After this turn of the event loop, so that whatever arrives in it goes out together. */
  private schedule(): void {
    if (this.isScheduled || this.isPausing) return;
    this.isScheduled = true;
    setImmediate(() => {
      this.isScheduled = false;
      this.sendWaiting();
    });
  }

  private sendWaiting(): void {
    while (this.waiting.isAnyReady && !this.isPausing) {
      const onTheirWay = [...this.sent].reduce((sum, { length }) => sum + length, 0);
      const outstanding = onTheirWay + this.waiting.count;
      const depth = this.depth.of(outstanding);
      if (this.sent.size >= depth) return;
      const appends = Math.ceil(outstanding / depth);
      void this.send(this.waiting.take({ ...batchLimit, appends }));
    }
  }

  private async send(batch: readonly WaitingAppend[]): Promise<void> {
    if (batch.length === 0) return;
    this.sent.add(batch);
    await this.sendBatch(batch);
    this.sent.delete(batch);
    this.schedule();
  }

  private async sendBatch(items: readonly WaitingAppend[]): Promise<void> {
    const sent = performance.now();
    let answer: BatchAnswer;
    try {
      answer = await this.sender.send(items.map(({ append }) => append));
    } catch (error) {
      await this.recover(items, error);
      return;
    }
    this.depth.learn(sent, performance.now(), answer.took);
    items.forEach((item, index) => this.settle(item, answer.verdicts[index]));
    if (answer.verdicts.some(({ verdict }) => verdict === 'appended')) this.onAppended();
  }

  private settle(item: WaitingAppend, verdict: AppendVerdict | undefined): void {
    this.unsettled.delete(item);
    if (verdict === undefined) item.reject(new Error('The event log gave no verdict'));
    else if (verdict.verdict === 'conflict') item.conflict(verdict.actual);
    else item.resolve(verdict.appended);
    if (verdict?.verdict === 'appended')
      for (const loser of this.waiting.takeLosers(item, verdict.appended.revision)) {
        this.unsettled.delete(loser);
        loser.conflict(verdict.appended.revision);
      }
    this.waiting.release(item);
  }

  private async recover(items: readonly WaitingAppend[], error: unknown): Promise<void> {
    if (error instanceof ConnectionLost) {
      this.lastError = error;
      this.waiting.putBack(items);
      this.expire();
      this.pause();
      return;
    }
    const [only] = items;
    if (items.length === 1 && only !== undefined) {
      this.unsettled.delete(only);
      only.reject(error);
      this.waiting.release(only);
      return;
    }
    // Only the guilty one shall fail: it is found by halving. Whose time is up meanwhile is not sent again.
    const half = Math.ceil(items.length / 2);
    for (const part of [items.slice(0, half), items.slice(half)]) {
      for (const item of part) if (item.isSettled) this.waiting.release(item);
      const wanted = part.filter(({ isSettled }) => !isSettled);
      if (wanted.length > 0) await this.sendBatch(wanted);
    }
  }

  private pause(): void {
    if (this.isPausing) return;
    this.isPausing = true;
    setTimeout(() => {
      this.isPausing = false;
      this.schedule();
    }, retryDelayMs);
  }

  /** Nobody waits longer than promised, not even for a batch that hangs. */
  private expire(): void {
    const now = performance.now();
    for (const item of this.unsettled) {
      if (item.deadline > now) return;
      this.unsettled.delete(item);
      item.reject(
        new EventStoreUnavailable('The event log did not answer', { cause: this.lastError }),
      );
    }
    clearInterval(this.watch);
    this.watch = undefined;
  }
}

/** Appends that wait, beside those on their way. */
const maxWaiting = 10_000;
/** Characters of JSON: two bytes each in memory, at the most. */
const maxWaitingSize = 64 * 1024 * 1024;
/** So that a batch does not take longer than a statement may. */
const batchLimit = { events: 1_000, size: 8 * 1024 * 1024 };
const appendTimeoutMs = 4_000;
const retryDelayMs = 100;
const expiryMs = 100;

function sizeOf({ events }: Append): number {
  let size = 0;
  for (const { data, metadata } of events) size += data.length + metadata.length;
  return size;
}
