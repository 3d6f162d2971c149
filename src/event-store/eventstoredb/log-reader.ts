import {
  BACKWARDS,
  END,
  FORWARDS,
  type ReadAllOptions,
  type ReadStreamOptions,
  START,
  StreamDeletedError,
  StreamNotFoundError,
} from '@eventstore/db-client';
import { type StoredEntry } from '../codec.js';
import { type StreamRange } from '../event-store.js';
import { type Position, start } from '../position.js';
import { collect } from './collect.js';
import { callTimeoutMs, type Connection } from './connection.js';
import { isOfSystem, positionOf, type ResolvedRecord, timeOf, toEntry } from './entries.js';

/** Part of the log, undecoded, without what is the server's own. */
export interface Page {
  readonly entries: readonly StoredEntry[];
  /** Everything up to here, inclusive, is in this page or before it. */
  readonly upTo: Position;
  /** There may be more. A page that is not full reached the end. */
  readonly isFull: boolean;
}

/**
 * Reads in keyset pages: the next begins where the last one ended. Positions are those of commits. Only the leader is
 * asked, so that whoever has appended something finds it.
 */
export class LogReader {
  constructor(private readonly connection: Connection) {}

  /** Where the log ends now; what stands there may be the server's own. */
  async head(): Promise<Position> {
    const [last] = await this.connection.call('read', soon(), (client, timeoutMs) =>
      collect(client.readAll(newest), timeoutMs),
    );
    return last === undefined ? start : positionOf(last);
  }

  /** Asks once. @throws when there is no good answer within so many ms. */
  async ping(timeoutMs: number): Promise<void> {
    await this.connection.once('read', timeoutMs, (client) =>
      collect(client.readAll(newest), timeoutMs),
    );
  }

  /** Page after page, up to the first that is not full. The next one is fetched while the consumer works on one. */
  async *pages(after: Position, signal?: AbortSignal): AsyncGenerator<Page, void> {
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    signal?.addEventListener('abort', leave);
    const fetch = (from: Position): Promise<Page> => {
      const page = this.page(from, leaving.signal);
      // Should the consumer leave before it comes.
      page.catch(() => undefined);
      return page;
    };
    try {
      for (let next = fetch(after); ;) {
        const page = await next;
        if (page.isFull) next = fetch(page.upTo);
        yield page;
        if (!page.isFull) return;
      }
    } finally {
      signal?.removeEventListener('abort', leave);
      leave();
    }
  }

  /** At most as many entries as a page holds; of a stream that is not there: none. */
  async stream(
    stream: string,
    { direction, from, limit = pageSize }: StreamRange,
    deadline = soon(),
  ): Promise<StoredEntry[]> {
    const backwards = direction === 'backwards';
    const options: ReadStreamOptions = {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
      maxCount: Math.min(limit, pageSize),
      requiresLeader: true,
    };
    try {
      const records = await this.connection.call('read', deadline, (client, timeoutMs) =>
        collect(client.readStream(stream, options), timeoutMs),
      );
      return records.filter((record) => !isOfSystem(record)).map(toEntry);
    } catch (error) {
      if (error instanceof StreamNotFoundError || error instanceof StreamDeletedError) return [];
      throw error;
    }
  }

  /** Which the first event is that is not the server's own, and when the server got it; no other log begins so. */
  async firstEvent(): Promise<string | undefined> {
    for (let after = start; ;) {
      const { records, isFull } = await this.records(after);
      const first = records.find((record) => !isOfSystem(record));
      if (first?.event !== undefined) return `${first.event.id}@${timeOf(first.event.created)}`;
      const last = records.at(-1);
      if (!isFull || last === undefined) return undefined;
      after = positionOf(last);
    }
  }

  private async page(after: Position, signal: AbortSignal): Promise<Page> {
    const { records, isFull } = await this.records(after, signal);
    const last = records.at(-1);
    return {
      entries: records.filter((record) => !isOfSystem(record)).map(toEntry),
      upTo: last === undefined ? after : positionOf(last),
      isFull,
    };
  }

  private async records(
    after: Position,
    signal?: AbortSignal,
  ): Promise<{ records: ResolvedRecord[]; isFull: boolean }> {
    // Reading from a position includes what stands there, and that has been seen already.
    const isFirst = after === start;
    const maxCount = isFirst ? pageSize : pageSize + 1;
    const options: ReadAllOptions = {
      direction: FORWARDS,
      fromPosition: isFirst ? START : { commit: after, prepare: after },
      maxCount,
      requiresLeader: true,
    };
    const found = await this.connection.call('read', soon(), (client, timeoutMs) =>
      collect(client.readAll(options), timeoutMs, signal),
    );
    return {
      records: found.filter((record) => isFirst || positionOf(record) > after),
      isFull: found.length === maxCount,
    };
  }
}

export const pageSize = 1_000;

const soon = (): number => performance.now() + callTimeoutMs;

const newest = {
  direction: BACKWARDS,
  fromPosition: END,
  maxCount: 1,
  requiresLeader: true,
} as const;
