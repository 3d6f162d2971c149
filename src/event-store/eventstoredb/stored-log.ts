import { type EventStoreAddress } from '../../platform/event-store-address.js';
import { type StoredEntry } from '../codec.js';
import { WrongExpectedRevision } from '../errors.js';
import { type Position } from '../position.js';
import { type StoredLog } from '../stored-log.js';
import { Appender } from './appender.js';
import { Connection } from './connection.js';
import { toEventData } from './entries.js';
import { LogReader } from './log-reader.js';

/**
 * The log on the server as it stands there, for moving it. Appends go out one after the other, because their order is
 * the order of the log: that takes a round trip for each run of events in one stream.
 */
export class EventStoreDbStoredLog implements StoredLog {
  private readonly connection: Connection;
  private readonly reader: LogReader;
  private readonly appender: Appender;

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
      const before = entries.filter(({ position }) => position <= end);
      if (before.length > 0) yield before;
      if (upTo >= end) return;
    }
  }

  async append(entries: readonly StoredEntry[]): Promise<void> {
    for (const run of runsOf(entries)) await this.appendRun(run);
  }

  async close(): Promise<void> {
    await this.appender.close();
    await this.connection.close();
  }

  private async appendRun(run: Run): Promise<void> {
    try {
      await this.appendAt(run);
    } catch (error) {
      if (!(error instanceof WrongExpectedRevision)) throw error;
      const rest = await this.withoutWhatIsThere(run, error);
      if (rest !== undefined) await this.appendAt(rest);
    }
  }

  private async appendAt(run: Run): Promise<void> {
    const [{ stream, revision }] = run;
    const events = run.map(({ recordedAt, data, metadata, ...event }) =>
      toEventData(
        { ...event, data: JSON.stringify(data), metadata: JSON.stringify(metadata) },
        recordedAt,
      ),
    );
    await this.appender.append(stream, revision === 0 ? 'no-stream' : revision - 1, events);
  }

  /** @throws WrongExpectedRevision when something else is there. */
  private async withoutWhatIsThere(
    run: Run,
    conflict: WrongExpectedRevision,
  ): Promise<Run | undefined> {
    const [{ stream, revision: from }] = run;
    const there = await this.reader.stream(stream, { from, limit: run.length });
    // Nothing at its place, so there must be a gap before it.
    if (there.length === 0) throw conflict;
    const intruder = there.findIndex(({ id }, index) => id !== run[index]?.id);
    if (intruder >= 0)
      throw new WrongExpectedRevision(stream, from + intruder - 1, conflict.actual);
    const [first, ...others] = run.slice(there.length);
    return first === undefined ? undefined : [first, ...others];
  }
}

/** Entries of one stream, one after the other in the log: they go out in one append. */
type Run = readonly [StoredEntry, ...StoredEntry[]];

function* runsOf(entries: readonly StoredEntry[]): Generator<Run> {
  let run: [StoredEntry, ...StoredEntry[]] | undefined;
  let size = 0;
  for (const entry of entries) {
    const own = JSON.stringify([entry.data, entry.metadata]).length;
    if (run !== undefined && run[0].stream === entry.stream && size + own <= maxRunSize) {
      run.push(entry);
      size += own;
      continue;
    }
    if (run !== undefined) yield run;
    run = [entry];
    size = own;
  }
  if (run !== undefined) yield run;
}

/** Characters; of up to three bytes each. The server takes 1 MiB, and single events are smaller. */
const maxRunSize = 300_000;
