import { createHash, type Hash } from 'node:crypto';
import { type StoredEntry } from './codec.js';
import { start } from './position.js';
import { type StoredLog } from './stored-log.js';

/** What a log, or the beginning of it, holds. Positions do not count: they are each store's own. */
export interface Contents {
  readonly events: number;
  /** SHA-256 over all events in global order, hexadecimal. */
  readonly checksum: string;
}

/** Tells how many of the events are done; `of` is how many there are, where that is known. */
export type OnProgress = (
  step: 'reading' | 'copying' | 'verifying',
  done: number,
  of?: number,
) => void;

/** The target holds what the source does not: copying would make a log of two. Nothing was copied. */
export class NotABeginning extends Error {
  override readonly name = 'NotABeginning';
}

/**
 * Copies a log to the end of another one, event by event and in global order. The target must be empty, or hold a
 * beginning of the source, such as what an interrupted copy left: then it goes on there. Events that come into the
 * source meanwhile are not copied; another run fetches them.
 *
 * @returns What the source held at the beginning.
 * @throws NotABeginning, and what the stores throw.
 */
export async function copyLog(
  source: StoredLog,
  target: StoredLog,
  onProgress: OnProgress,
): Promise<Contents> {
  const contents = await contentsOf(source, Infinity, (done) => onProgress('reading', done));
  const { events } = contents;
  const there = entriesOf(target);
  let batch: StoredEntry[] = [];
  let done = 0;
  for await (const entry of entriesOf(source)) {
    if (done === events) break;
    const same = await there.next();
    if (same.done === true) batch.push(entry);
    else if (canonical(same.value) !== canonical(entry)) throw differs(source, target, entry);
    done += 1;
    if (batch.length < batchSize && done < events) continue;
    if (batch.length > 0) await target.append(batch);
    batch = [];
    onProgress('copying', done, events);
  }
  const surplus = await there.next();
  if (surplus.done !== true) throw differs(source, target, surplus.value);
  return contents;
}

/** What the first so many events of a log are; of fewer, where it holds no more. */
export async function contentsOf(
  log: StoredLog,
  limit: number,
  onProgress: (done: number) => void,
): Promise<Contents> {
  const hash = createHash('sha256');
  let events = 0;
  for await (const page of log.pages(start)) {
    for (const entry of page.slice(0, limit - events)) add(hash, entry);
    events += Math.min(page.length, limit - events);
    onProgress(events);
    if (events >= limit) break;
  }
  return { events, checksum: hash.digest('hex') };
}

async function* entriesOf(log: StoredLog): AsyncGenerator<StoredEntry, void> {
  for await (const page of log.pages(start)) yield* page;
}

function add(hash: Hash, entry: StoredEntry): void {
  hash.update(canonical(entry)).update('\n');
}

/** Both stores keep JSON as it was sent, so that what is equal comes out equal. */
function canonical(entry: StoredEntry): string {
  const { stream, revision, id, type, version, recordedAt, data, metadata } = entry;
  return JSON.stringify([stream, revision, id, type, version, recordedAt, data, metadata]);
}

function differs(source: StoredLog, target: StoredLog, { stream, revision }: StoredEntry): Error {
  return new NotABeginning(
    `${target.name} holds something else than ${source.name}: they part at ${stream}, revision ${revision}. Copy into an empty store`,
  );
}

const batchSize = 1_000;
