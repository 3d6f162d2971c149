import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { type StoredEntry, type StoredEvent } from '../codec.js';
import { WrongExpectedRevision } from '../errors.js';
import { type Position } from '../position.js';
import { type StoredLog } from '../stored-log.js';
import { Appender } from './appender.js';
import { Connection } from './connection.js';
import { toEventData } from './entries.js';
import { LogReader } from './log-reader.js';

/**
 * A log in EventStoreDB or KurrentDB, undecoded. Entries keep the time at which they were recorded first. Of what
 * others wrote into the same log, bytes are told in base64.
 */
export class EventStoreDbStoredLog implements StoredLog {
  private readonly connection: Connection;
  private readonly reader: LogReader;
  private readonly appender: Appender;

  /** @throws when a file of certificates cannot be read. */
  constructor(private readonly address: EventStoreAddress) {
    this.connection = new Connection(address);
    this.reader = new LogReader(this.connection);
    this.appender = new Appender(this.connection, this.reader, () => undefined);
  }

  get name(): string {
    return this.address.shown;
  }

  async *pages(after: Position): AsyncIterable<readonly StoredEntry[]> {
    const end = await this.reader.head();
    if (end <= after) return;
    for await (const { entries, upTo } of this.reader.pages(after)) {
      const wanted = entries.filter(({ position }) => position <= end);
      if (wanted.length > 0) yield wanted;
      if (upTo >= end) return;
    }
  }

  async append(entries: readonly StoredEntry[]): Promise<void> {
    // One after the other: what comes later must not stand before what comes first, also when something fails.
    for (const run of runs(entries)) await this.appendRun(run);
  }

  async close(): Promise<void> {
    await this.appender.close();
    await this.connection.close();
  }

  private async appendRun(run: readonly StoredEntry[]): Promise<void> {
    const [first] = run;
    if (first === undefined) return;
    const { stream, revision } = first;
    const expected = revision === 0 ? 'no-stream' : revision - 1;
    try {
      await this.appender.append(
        stream,
        expected,
        run.map((entry) => toEventData(storedEvent(entry), entry.recordedAt)),
      );
    } catch (error) {
      // A repetition cut differently: what stands there already is compared, and the rest appended.
      const there = error instanceof WrongExpectedRevision ? error.actual - revision + 1 : 0;
      if (there <= 0 || there >= run.length) throw error;
      await this.appendRun(run.slice(0, there));
      await this.appendRun(run.slice(there));
    }
  }
}

/** What can be appended at once: entries of one stream that follow each other, not too many or too large. */
function* runs(entries: readonly StoredEntry[]): Iterable<readonly StoredEntry[]> {
  let run: StoredEntry[] = [];
  let size = 0;
  for (const entry of entries) {
    const last = run.at(-1);
    const bytes = sizeOf(entry);
    const goesOn = last?.stream === entry.stream && last.revision + 1 === entry.revision;
    if (run.length > 0 && (!goesOn || run.length === maxEvents || size + bytes > maxBytes)) {
      yield run;
      [run, size] = [[], 0];
    }
    run.push(entry);
    size += bytes;
  }
  if (run.length > 0) yield run;
}

const maxEvents = 500;
/** Servers take 1 MiB in one append. */
const maxBytes = 900_000;

function sizeOf(entry: StoredEntry): number {
  const { data, metadata } = storedEvent(entry);
  return Buffer.byteLength(data) + Buffer.byteLength(metadata) + 2 * entry.type.length + 100;
}

function storedEvent({ id, type, version, data, metadata }: StoredEntry): StoredEvent {
  return { id, type, version, data: JSON.stringify(data), metadata: JSON.stringify(metadata) };
}
