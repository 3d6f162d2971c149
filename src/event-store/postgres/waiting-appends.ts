import { type StoredEvent } from '../codec.js';
import { WrongExpectedRevision } from '../errors.js';
import { type Appended, type ExpectedRevision } from '../event-store.js';
import { type StreamId } from '../stream-id.js';

export interface Append {
  readonly stream: StreamId;
  readonly expected: ExpectedRevision;
  readonly events: readonly StoredEvent[];
}

/** An append somebody waits for, until it is settled; that happens once, whatever comes later. */
export class WaitingAppend {
  private settled = false;

  constructor(
    readonly append: Append,
    /** Characters of JSON. */
    readonly size: number,
    /** As `performance.now()` tells it. */
    readonly deadline: number,
    private readonly onAppended: (appended: Appended) => void,
    private readonly onFailed: (error: unknown) => void,
  ) {}

  get isSettled(): boolean {
    return this.settled;
  }

  resolve(appended: Appended): void {
    if (!this.settled) this.onAppended(appended);
    this.settled = true;
  }

  reject(error: unknown): void {
    if (!this.settled) this.onFailed(error);
    this.settled = true;
  }

  conflict(actual: number): void {
    if (!this.settled)
      this.reject(new WrongExpectedRevision(this.append.stream, this.append.expected, actual));
  }
}

/** How much a batch may take. */
export interface BatchLimit {
  readonly appends: number;
  readonly events: number;
  /** Characters of JSON. */
  readonly size: number;
}

/**
 * Appends that wait to be sent, one line for each stream, so that nobody overtakes anybody in their stream. While the
 * first of a line is on its way, the others stay.
 */
export class WaitingAppends {
  /** How many wait, without those on their way. */
  count = 0;
  /** Of those, characters of JSON. */
  size = 0;
  /** Lines whose first one can be sent. They take turns. */
  private ready = new Map<StreamId, WaitingAppend[]>();
  /** What stands behind those on their way. */
  private readonly held = new Map<StreamId, HeldLine>();

  add(item: WaitingAppend): void {
    const { stream } = item.append;
    const line = this.held.get(stream)?.line ?? this.ready.get(stream);
    if (line === undefined) this.ready.set(stream, [item]);
    else line.push(item);
    this.count += 1;
    this.size += item.size;
  }

  get isAnyReady(): boolean {
    return this.ready.size > 0;
  }

  /** Takes the first ones of the lines; the next ones stay until `release`. */
  take(limit: BatchLimit): WaitingAppend[] {
    const batch: WaitingAppend[] = [];
    let events = 0;
    let size = 0;
    for (const [stream, line] of this.ready) {
      const first = this.firstUnsettled(line);
      if (first === undefined) {
        this.ready.delete(stream);
        continue;
      }
      events += first.append.events.length;
      size += first.size;
      // A single one goes out whatever it takes.
      if (batch.length > 0 && (events > limit.events || size > limit.size)) break;
      this.shift(line);
      this.ready.delete(stream);
      this.held.set(stream, { line, whenSent: line.length });
      batch.push(first);
      if (batch.length >= limit.appends) break;
    }
    return batch;
  }

  /** One that was taken has been dealt with: the next one in its line has its turn. */
  release({ append: { stream } }: WaitingAppend): void {
    const line = this.held.get(stream)?.line ?? [];
    this.held.delete(stream);
    if (line.length > 0) this.ready.set(stream, line);
  }

  /** Those that were taken must be sent again, before all others. */
  putBack(batch: readonly WaitingAppend[]): void {
    const first = new Map<StreamId, WaitingAppend[]>();
    for (const item of batch) {
      const { stream } = item.append;
      first.set(stream, [item, ...(this.held.get(stream)?.line ?? [])]);
      this.held.delete(stream);
      this.count += 1;
      this.size += item.size;
    }
    this.ready = new Map([...first, ...this.ready]);
  }

  /**
   * Takes those in line behind an append that was just carried out who cannot but conflict: the server need not be
   * asked. Only those that were waiting already when the append was sent are judged. Right after it was carried out,
   * its stream was at a known revision, and that was a moment in the time that they have been waiting: whatever other
   * processes appended since, that is what they would have been told then. Whoever could be a repetition is left to
   * the server, and with them everybody behind.
   *
   * @param revision Of the last event of the append.
   */
  takeLosers({ append: { stream, events } }: WaitingAppend, revision: number): WaitingAppend[] {
    const held = this.held.get(stream);
    if (held === undefined || held.line.length === 0) return none;
    const losers: WaitingAppend[] = [];
    for (const item of held.line.slice(0, held.whenSent)) {
      if (!mustConflict(item.append, events, revision)) break;
      losers.push(item);
      this.shift(held.line);
    }
    return losers;
  }

  private firstUnsettled(line: WaitingAppend[]): WaitingAppend | undefined {
    for (let first = line[0]; first !== undefined; first = line[0]) {
      if (!first.isSettled) return first;
      this.shift(line);
    }
    return undefined;
  }

  private shift(line: WaitingAppend[]): void {
    const first = line.shift();
    if (first === undefined) return;
    this.count -= 1;
    this.size -= first.size;
  }
}

const none: WaitingAppend[] = [];

interface HeldLine {
  readonly line: WaitingAppend[];
  /** How many stood there when the one on its way was sent. */
  readonly whenSent: number;
}

/** @param last The last events of the stream: the first one of an append would have to be among them to be repeated. */
function mustConflict(
  { expected, events: [first] }: Append,
  last: readonly StoredEvent[],
  revision: number,
): boolean {
  if (expected === 'any' || expected === 'stream-exists') return false;
  const at = expected === 'no-stream' ? -1 : expected;
  if (at >= revision) return at > revision;
  const inItsPlace = last[last.length - (revision - at)];
  return inItsPlace !== undefined && inItsPlace.id !== first?.id;
}
