import {
  type EventData,
  MaxAppendSizeExceededError,
  NO_STREAM,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import {
  EventRefused,
  EventStoreOverloaded,
  EventStoreUnavailable,
  WrongExpectedRevision,
} from '../errors.js';
import { type Appended, type ExpectedRevision } from '../event-store.js';
import { callTimeoutMs, type Connection } from './connection.js';
import { NoAnswer } from './failures.js';
import { type LogReader } from './log-reader.js';
import { recognise } from './recognise.js';
import { Turns } from './turns.js';

/**
 * Appends, each stream's one after the other. The server gets to see exact revisions only: those it repeats reliably,
 * so an append whose outcome is unknown is sent again as it was. What names no place is given one here.
 */
export class Appender {
  private readonly turns = new Turns();
  private unsettled = 0;
  private isClosed = false;

  constructor(
    private readonly connection: Connection,
    private readonly reader: LogReader,
    private readonly onAppended: (appended: Appended) => void,
  ) {}

  async append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly EventData[],
  ): Promise<Appended> {
    if (this.isClosed) throw new EventStoreUnavailable('The event store is closed');
    if (this.unsettled >= maxUnsettled)
      throw new EventStoreOverloaded('Too many appends are under way');
    const deadline = performance.now() + callTimeoutMs;
    this.unsettled += 1;
    try {
      const appended = await this.turns.take(stream, () =>
        this.place({ stream, expected, events, deadline }),
      );
      this.onAppended(appended);
      return appended;
    } finally {
      this.unsettled -= 1;
    }
  }

  /** Takes no more, and waits for those that are under way. */
  async close(): Promise<void> {
    this.isClosed = true;
    await this.turns.allTaken();
  }

  private place(append: Append): Promise<Appended> {
    if (performance.now() >= append.deadline)
      return Promise.reject(new EventStoreUnavailable('Others kept the stream busy'));
    const { expected } = append;
    if (expected === 'any' || expected === 'stream-exists') return this.findPlace(append);
    return this.appendAt(append, expected === 'no-stream' ? noStream : expected);
  }

  /** At the end of the stream, unless the events stand in it already. */
  private async findPlace(append: Append): Promise<Appended> {
    const { stream, expected, events, deadline } = append;
    // Where the server says it is; there may be less to read.
    let told = noStream;
    for (;;) {
      const tail = await this.reader.stream(stream, { direction: 'backwards' }, deadline);
      const end = Math.max(told, tail[0]?.revision ?? noStream);
      const found = recognise(events, tail);
      if (found === 'in part' || (expected === 'stream-exists' && end === noStream))
        throw new WrongExpectedRevision(stream, expected, end);
      if (found !== 'nowhere') return found;
      try {
        return await this.appendAt(append, end);
      } catch (error) {
        if (!(error instanceof WrongExpectedRevision)) throw error;
        if (performance.now() >= deadline)
          throw new EventStoreUnavailable('Others kept the stream busy', { cause: error });
        told = error.actual;
      }
    }
  }

  private async appendAt(append: Append, at: number): Promise<Appended> {
    const { stream, events, deadline } = append;
    const expectedRevision = at === noStream ? NO_STREAM : BigInt(at);
    try {
      const { nextExpectedRevision, position } = await this.connection.call(
        'append',
        deadline,
        (client, timeoutMs) =>
          inTime(
            timeoutMs,
            client.appendToStream(stream, [...events], {
              expectedRevision,
              requiresLeader: true,
              deadline: serverDeadlineMs,
            }),
          ),
      );
      const revision = Number(nextExpectedRevision);
      const told = position?.commit;
      // Of several events the servers tell different positions, and of repeated ones some tell none.
      if (events.length === 1 && told !== undefined && told > 0n && told < impossible)
        return { revision, position: told };
      return await this.lookUp(stream, revision, deadline);
    } catch (error) {
      throw asOurs(error, append);
    }
  }

  private async lookUp(stream: string, revision: number, deadline: number): Promise<Appended> {
    const [entry] = await this.reader.stream(stream, { from: revision, limit: 1 }, deadline);
    if (entry?.revision !== revision)
      throw new EventStoreUnavailable(`What was appended to ${stream} cannot be read`);
    return { revision, position: entry.position };
  }
}

interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly EventData[];
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
}

const noStream = -1;

/** Old servers tell -1 where they know no position, and that becomes a large one. */
const impossible = 2n ** 63n;

const maxUnsettled = 2_000;

/** The server takes it as a time of day; we end sooner anyway, and the rest is room for clocks that differ. */
const serverDeadlineMs = 10_000;

/** The client has no deadline of its own for batch appends: a silent server is waited for for ever. */
async function inTime<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new NoAnswer('Nothing came in time');
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function asOurs(error: unknown, { stream, expected }: Append): unknown {
  if (error instanceof WrongExpectedVersionError) {
    const { actualVersion } = error;
    const actual = typeof actualVersion === 'bigint' ? Number(actualVersion) : noStream;
    return new WrongExpectedRevision(stream, expected, actual);
  }
  if (error instanceof StreamDeletedError)
    return new EventRefused(`Stream ${stream} was deleted for ever on the server`, {
      cause: error,
    });
  if (error instanceof MaxAppendSizeExceededError)
    return new EventRefused(
      `The server takes ${error.maxAppendSize} bytes in one append, and this is more: raise its MaxAppendSize`,
      { cause: error },
    );
  return error;
}
