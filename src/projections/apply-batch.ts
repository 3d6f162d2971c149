import { DatabaseError, type PoolClient } from 'pg';
import { isEventType } from '../event-store/catalogue/catalogue.js';
import { type LogBatch, type LogEntry } from '../event-store/event-store.js';
import { type Position } from '../event-store/position.js';
import { readModelTables } from './read-model-tables.js';
import { type RowFold } from './row-fold.js';

/** How far one projection has come, as its checkpoint says. */
export interface Progress {
  readonly fold: RowFold;
  readonly position: Position;
  /** What stopped it: an event, and why, or another version of Watchbook; null while it runs. */
  readonly error: string | null;
}

/** Somebody else has written the checkpoints: what is kept in memory is not to be trusted. */
export class OvertakenByAnother extends Error {
  override readonly name = 'OvertakenByAnother';
}

/**
 * Brings every running projection to the end of the batch, in one transaction. A projection that cannot digest an
 * event stops before it and remembers why; the others are not affected.
 *
 * @throws OvertakenByAnother when the checkpoints are not where `progress` says.
 */
export async function applyBatch(
  client: PoolClient,
  progress: readonly Progress[],
  batch: LogBatch,
): Promise<Progress[]> {
  try {
    return await applyTogether(client, progress, batch, applyToOne);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    if (batch.entries.length <= 1)
      return applyTogether(client, progress, batch, applyAndSurviveRefusal);
    // Only the guilty event shall stop somebody: it is found by halving.
    const [first, rest] = halvesOf(batch);
    return applyBatch(client, await applyBatch(client, progress, first), rest);
  }
}

async function applyTogether(
  client: PoolClient,
  progress: readonly Progress[],
  batch: LogBatch,
  apply: typeof applyToOne,
): Promise<Progress[]> {
  const running = progress.filter(({ error }) => error === null);
  if (running.length === 0) return [...progress];
  try {
    await beginAndCompare(client, running);
    const outcomes: Outcome[] = [];
    for (const one of running) outcomes.push(await apply(client, one, batch));
    await readModelTables.commit(
      client,
      outcomes.map(({ fold, ...outcome }) => ({ reader: fold.name, ...outcome })),
    );
    for (const { fold } of outcomes) fold.keep();
    return progress.map((one) => outcomes.find(({ fold }) => fold === one.fold) ?? one);
  } catch (error) {
    for (const { fold } of running) fold.forget();
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

interface Outcome extends Progress {
  readonly errorAt: Position | null;
}

async function beginAndCompare(client: PoolClient, running: readonly Progress[]): Promise<void> {
  const names = running.map(({ fold }) => fold.name);
  const found = await readModelTables.begin(client, names);
  for (const { fold, position } of running) {
    const checkpoint = found.find(({ reader }) => reader === fold.name);
    const isOurs = checkpoint?.version === fold.version && checkpoint.error === null;
    if (!isOurs || checkpoint.position !== position)
      throw new OvertakenByAnother(`Another process is running projection ${fold.name}`);
  }
}

async function applyToOne(
  client: PoolClient,
  { fold, position }: Progress,
  batch: LogBatch,
): Promise<Outcome> {
  const entries = batch.entries.filter(
    (entry) => entry.position > position && concerns(fold, entry),
  );
  let done = position;
  try {
    await loadMissing(client, fold, entries);
    for (const entry of entries) {
      fold.apply(entry);
      done = entry.position;
    }
    await readModelTables.writeRows(client, fold);
    const upTo = batch.upTo > position ? batch.upTo : position;
    return { fold, position: upTo, error: null, errorAt: null };
  } catch (error) {
    if (!(error instanceof Error) || 'severity' in error) throw error;
    const culprit = entries.find((entry) => entry.position > done);
    if (culprit === undefined) throw error;
    await readModelTables.writeRows(client, fold);
    return stoppedAt(culprit, fold, done, error.message);
  }
}

/** For a batch of one event, whose row the database may refuse. */
async function applyAndSurviveRefusal(
  client: PoolClient,
  before: Progress,
  batch: LogBatch,
): Promise<Outcome> {
  const { fold, position } = before;
  await client.query('SAVEPOINT before_it');
  try {
    return await applyToOne(client, before, batch);
  } catch (error) {
    const [culprit] = batch.entries;
    if (!isRefusal(error) || culprit === undefined) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before_it');
    fold.forget();
    return stoppedAt(culprit, fold, position, error.message);
  }
}

function stoppedAt(
  { id, position: errorAt }: LogEntry,
  fold: RowFold,
  position: Position,
  reason: string,
): Outcome {
  return { fold, position, error: `Event ${id} at position ${errorAt}: ${reason}`, errorAt };
}

/** Classes 22 and 23: values that do not fit, alone or together; 54: more than an index holds. */
function isRefusal(error: unknown): error is DatabaseError {
  return error instanceof DatabaseError && /^(22|23|54)/.test(error.code ?? '');
}

function halvesOf({ entries, upTo, atEnd }: LogBatch): [LogBatch, LogBatch] {
  const half = Math.ceil(entries.length / 2);
  const first = entries.slice(0, half);
  return [
    { entries: first, upTo: first.at(-1)?.position ?? upTo, atEnd: false },
    { entries: entries.slice(half), upTo, atEnd },
  ];
}

/** An event of a type nobody here knows could be about anything: whoever cannot tell must stop. */
function concerns(fold: RowFold, entry: LogEntry): boolean {
  const type = entry.readable ? entry.event.type : entry.type;
  return isEventType(type) ? fold.handles(type) : true;
}

async function loadMissing(
  client: PoolClient,
  fold: RowFold,
  entries: readonly LogEntry[],
): Promise<void> {
  const keys = fold.missing(entries);
  if (keys.length === 0) return;
  fold.load(keys, await readModelTables.loadRows(client, fold, keys));
}
