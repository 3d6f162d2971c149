import { randomUUID } from 'node:crypto';
import { type Change } from '../control-messages.js';
import { type Answer, checkAppend, type Expected } from './check-append.js';
import { LogFile } from './log-file.js';
import { type LogRecord, type Proposed, TOMBSTONE } from './records.js';
import {
  isMetastream,
  metastreamOf,
  originalOf,
  readMetadata,
  type StreamMetadata,
} from './stream-metadata.js';

const DELETED = Buffer.from('{"$tb":9223372036854775807}');

/** One log as EventStoreDB keeps it: what may be appended, where it stands, and what hides it from readers. */
export class EventLog {
  readonly records: LogRecord[] = [];
  private readonly streams = new Map<string, LogRecord[]>();
  /** As the server's own: ids written since it started, and not for ever. */
  private readonly recent = new Map<string, LogRecord>();
  private readonly waiting = new Set<() => void>();
  private commits = 0;

  private constructor(private readonly file: LogFile) {}

  static open(path: string): EventLog {
    const file = new LogFile(path);
    const log = new EventLog(file);
    for (const record of file.load()) log.add(record);
    // A log is never empty: the server writes of itself before anybody else does.
    if (log.records.length === 0) log.commit([system('$epoch-information', '$epoch-information')]);
    return log;
  }

  /** Where the next record will stand. */
  get end(): number {
    const last = this.records.at(-1);
    return last === undefined ? 0 : last.position + sizeOf(last);
  }

  get lastPosition(): number {
    return this.records.at(-1)?.position ?? 0;
  }

  /** As the server answers; nothing is appended unless `result` is `appended`. */
  append(stream: string, expected: Expected, events: readonly Proposed[]): Answer {
    const ids = events.map((event) => event.id);
    const verdict = checkAppend(this, stream, expected, ids);
    if (verdict.decision !== 'ok') return verdict.answer;
    const undelete = this.undelete(stream, verdict.current);
    const written = this.commit([...events, ...undelete]).slice(0, events.length);
    for (const record of written) this.remember(record);
    const last = written.at(-1);
    const [revision, position] = last
      ? [last.revision, last.position]
      : [verdict.current, this.lastPosition];
    return { result: 'appended', revision, position };
  }

  /** Hides what is in the stream; a later append goes on with the numbering. */
  delete(stream: string, expected: Expected): Answer {
    return this.finish(stream, expected, [
      { ...system(metastreamOf(stream), '$metadata'), data: DELETED },
    ]);
  }

  /** Ends the stream for ever. */
  tombstone(stream: string, expected: Expected): Answer {
    return this.finish(stream, expected, [system(stream, '$streamDeleted')]);
  }

  /** All the records there ever were in it, hidden ones too; undefined once it has a tombstone. */
  stream(name: string): readonly LogRecord[] | undefined {
    const isGone = (stream: string): boolean =>
      this.streams.get(stream)?.at(-1)?.revision === TOMBSTONE;
    if (isGone(name) || (isMetastream(name) && isGone(originalOf(name)))) return undefined;
    return this.streams.get(name) ?? [];
  }

  metadata(stream: string): StreamMetadata {
    if (isMetastream(stream)) return { truncateBefore: 0, maxCount: 1, maxAgeMs: Infinity };
    return readMetadata(this.streams.get(metastreamOf(stream))?.at(-1)?.data);
  }

  recentlyWritten(id: string): LogRecord | undefined {
    return this.recent.get(id);
  }

  /** Index of the first record at or after the position. */
  indexOf(position: number): number {
    let [low, high] = [0, this.records.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.records[middle]?.position ?? Infinity) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Until something is appended, or the signal. */
  async appended(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener('abort', wake);
        this.waiting.delete(wake);
        resolve();
      };
      this.waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }

  /** What no server offers: changes a stored event, as somebody at its disk could. Until the process ends. */
  change({ stream, revision, from, to }: Change): null {
    const inStream = this.streams.get(stream);
    const record = inStream?.[revision];
    const before = Buffer.from(record?.data ?? []).toString();
    const after = before.replace(from, to);
    if (!inStream || !record || after === before || after.length !== before.length)
      throw new Error(`${stream} ${revision} cannot be changed so`);
    const changed = { ...record, data: Buffer.from(after) };
    inStream[revision] = changed;
    this.records[this.indexOf(record.position)] = changed;
    return null;
  }

  close(): void {
    this.file.close();
  }

  private finish(stream: string, expected: Expected, records: readonly Proposed[]): Answer {
    const verdict = checkAppend(this, stream, expected, []);
    if (verdict.decision !== 'ok') return verdict.answer;
    const [written] = this.commit(records);
    return { result: 'appended', revision: verdict.current, position: written?.position };
  }

  /** An append to a deleted stream brings it back, from there on. */
  private undelete(stream: string, current: number): Proposed[] {
    if (!this.metadata(stream).isDeleted) return [];
    const data = Buffer.from(JSON.stringify({ $tb: current + 1 }));
    return [{ ...system(metastreamOf(stream), '$metadata'), data }];
  }

  private commit(proposed: readonly Proposed[]): LogRecord[] {
    this.commits += 1;
    const created = Date.now();
    // The server writes its own figures into the same log, now and then.
    const own = this.commits % 8 === 0 ? [system('$stats-127.0.0.1:2113', '$statsCollected')] : [];
    let position = this.end;
    const next = new Map<string, number>();
    const records = [...proposed, ...own].map((event): LogRecord => {
      const revision =
        event.type === '$streamDeleted'
          ? TOMBSTONE
          : (next.get(event.stream) ?? this.streams.get(event.stream)?.length ?? 0);
      next.set(event.stream, revision + 1);
      const record = { ...event, revision, position, created };
      position += sizeOf(record);
      return record;
    });
    this.file.append(records);
    for (const record of records) this.add(record);
    for (const wake of [...this.waiting]) wake();
    return records;
  }

  private add(record: LogRecord): void {
    this.records.push(record);
    const stream = this.streams.get(record.stream);
    if (stream) stream.push(record);
    else this.streams.set(record.stream, [record]);
  }

  private remember(record: LogRecord): void {
    this.recent.set(record.id, record);
    const [oldest] = this.recent.size > 50_000 ? this.recent.keys() : [];
    if (oldest !== undefined) this.recent.delete(oldest);
  }
}

function system(stream: string, type: string): Proposed {
  const nothing = Buffer.from('{}');
  return { stream, id: randomUUID(), type, isJson: true, data: nothing, metadata: Buffer.alloc(0) };
}

function sizeOf(record: LogRecord): number {
  return (
    96 + record.stream.length + record.type.length + record.data.length + record.metadata.length
  );
}
