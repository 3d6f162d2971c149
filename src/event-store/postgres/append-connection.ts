import { DatabaseError, type Client } from 'pg';
import { z } from 'zod';
import { type ExpectedRevision } from '../event-store.js';
import {
  type AppendSender,
  type AppendVerdict,
  type BatchAnswer,
  ConnectionLost,
} from './append-queue.js';
import { type Append } from './waiting-appends.js';

/** Opens a connection, with timeouts set and pipelining; each call a new one. */
export type Connect = () => Promise<Client>;

/**
 * Calls `log.append` over a connection of its own, and opens a new one when that is lost. A call may be sent while
 * another is on its way: the server carries them out one after the other, each in a transaction of its own.
 */
export class AppendConnection implements AppendSender {
  private client: Client | undefined;
  private opening: Promise<Client> | undefined;

  constructor(private readonly connect: Connect) {}

  async send(appends: readonly Append[]): Promise<BatchAnswer> {
    const client = await this.connected();
    try {
      const values = parameters(appends);
      const { rows } = await client.query<[unknown]>({ ...statement, values });
      return answerOf(appends, rows[0]?.[0]);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === uniqueViolation && appends.length === 1)
        return { took: 0, verdicts: appends.map(asExpectedAndYetKnown) };
      if (error instanceof DatabaseError && !isServersTrouble(error)) throw error;
      this.drop(client);
      throw new ConnectionLost('The connection to the event log was lost', { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }

  private async connected(): Promise<Client> {
    if (this.client !== undefined) return this.client;
    // Two batches that find none wait for the same one.
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async open(): Promise<Client> {
    try {
      const client = await this.connect();
      client.on('error', () => this.drop(client));
      client.on('end', () => this.drop(client));
      this.client = client;
      return client;
    } catch (error) {
      throw new ConnectionLost('The event log cannot be reached', { cause: error });
    }
  }

  private drop(client: Client): void {
    if (this.client !== client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
  }
}

const statement = {
  name: 'append',
  text: 'SELECT log.append($1, $2, $3, $4, $5, $6, $7, $8, $9)',
  rowMode: 'array',
} as const;

/** The stream is where it should be, and yet one of the events stands in the log: a partial repetition. */
const uniqueViolation = '23505';

function asExpectedAndYetKnown({ expected }: Append): AppendVerdict {
  return { verdict: 'conflict', actual: expectedCode(expected) };
}

const separator = '\x1f';

function parameters(appends: readonly Append[]): string[] {
  const streams: string[] = [];
  const expected: number[] = [];
  const numbers: number[] = [];
  const ordinals: number[] = [];
  const ids: string[] = [];
  const types: string[] = [];
  const versions: number[] = [];
  const data: string[] = [];
  const metadata: string[] = [];
  for (const append of appends) {
    const number = streams.push(append.stream);
    expected.push(expectedCode(append.expected));
    let ordinal = 0;
    for (const event of append.events) {
      ordinal += 1;
      numbers.push(number);
      ordinals.push(ordinal);
      ids.push(event.id);
      types.push(event.type);
      versions.push(event.version);
      data.push(event.data);
      metadata.push(event.metadata);
    }
  }
  return [streams, expected, numbers, ordinals, ids, types, versions, data, metadata].map((list) =>
    list.join(separator),
  );
}

function expectedCode(expected: ExpectedRevision): number {
  return typeof expected === 'number' ? expected : codes[expected];
}

const codes = { 'no-stream': -1, any: -2, 'stream-exists': -3 } as const;

const Answer = z.object({
  before: z.int(),
  took: z.number(),
  verdicts: z
    .array(z.tuple([z.enum(['appended', 'repeated', 'conflict']), z.int(), z.int().nullable()]))
    .nullable(),
});

function answerOf(appends: readonly Append[], answer: unknown): BatchAnswer {
  const { before, took, verdicts } = Answer.parse(answer);
  if (verdicts === null) return { took, verdicts: allAppended(appends, before) };
  return {
    took,
    verdicts: verdicts.map(([verdict, revision, position]) =>
      verdict === 'conflict'
        ? { verdict, actual: revision }
        : { verdict, appended: { revision, position: BigInt(position ?? 0) } },
    ),
  };
}

/** Each stream was where it was expected, and the events stand one after the other. */
function allAppended(appends: readonly Append[], before: number): AppendVerdict[] {
  let position = before;
  return appends.map(({ expected, events }) => {
    position += events.length;
    const revision = expectedCode(expected) + events.length;
    return { verdict: 'appended', appended: { revision, position: BigInt(position) } };
  });
}

/**
 * It is not about what was sent, and may pass. Classes 08: the connection; 26: the prepared statement, when the call
 * that was to make it failed; 53: no memory, disk or connections left; 57: shutting down, starting up or a statement that
 * took too long; 58: the disk; and 25006: a read-only standby.
 */
function isServersTrouble({ code = '' }: DatabaseError): boolean {
  return /^(08|26|53|57|58)/.test(code) || code === '25006';
}
