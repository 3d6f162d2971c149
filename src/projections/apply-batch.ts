import { type ClientBase, DatabaseError, type PoolClient } from 'pg';
import { isEventType } from '../event-store/catalogue/catalogue.js';
import { type LogBatch, type LogEntry } from '../event-store/event-store.js';
import { type Position } from '../event-store/position.js';
import { inSlices } from '../platform/slices.js';
import { readModelTables, type Stop } from './read-model-tables.js';
import { type RowFold } from './row-fold.js';
import { type Schema } from './table-definition.js';

/** How far one projection has come, as its checkpoint says. */
export interface Progress {
  readonly fold: RowFold;
  readonly position: Position;
  /** Of the lease; with another one in the database, somebody else has taken over. */
  readonly epoch: bigint;
  /** Ids of events that it is to pass over. */
  readonly skipped: ReadonlySet<string>;
  /** What stopped it: an event, and why; null while it runs. */
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
      outcomes.map(({ progress: { fold }, position, stop }) => ({
        reader: fold.name,
        position,
        stop,
      })),
    );
    for (const { progress: one } of outcomes) one.fold.keep();
    return progress.map((one) => {
      const outcome = outcomes.find((each) => each.progress === one);
      if (outcome === undefined) return one;
      return { ...one, position: outcome.position, error: outcome.stop?.error ?? null };
    });
  } catch (error) {
    for (const { fold } of running) fold.forget();
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

interface Outcome {
  readonly progress: Progress;
  /** How far it has come now. */
  readonly position: Position;
  readonly stop: Stop | null;
}

async function beginAndCompare(client: PoolClient, running: readonly Progress[]): Promise<void> {
  const names = running.map(({ fold }) => fold.name);
  const found = await readModelTables.begin(client, names);
  for (const { fold, position, epoch } of running) {
    const checkpoint = found.find(({ reader }) => reader === fold.name);
    const isOurs = checkpoint?.version === fold.version && checkpoint.epoch === epoch;
    if (!isOurs || checkpoint.error !== null || checkpoint.position !== position)
      throw new OvertakenByAnother(`Another process is running projection ${fold.name}`);
  }
}

async function applyToOne(
  client: PoolClient,
  progress: Progress,
  batch: LogBatch,
): Promise<Outcome> {
  const { fold, position, skipped } = progress;
  const entries = batch.entries.filter(
    (entry) => entry.position > position && concerns(fold, entry) && !skipped.has(entry.id),
  );
  let done = position;
  try {
    await loadMissing(client, fold, entries);
    await inSlices(entries, (entry) => {
      fold.apply(entry);
      done = entry.position;
    });
    await readModelTables.writeRows(client, fold);
    return { progress, position: batch.upTo > position ? batch.upTo : position, stop: null };
  } catch (error) {
    if (!(error instanceof Error) || 'severity' in error) throw error;
    const culprit = entries.find((entry) => entry.position > done);
    if (culprit === undefined) throw error;
    await readModelTables.writeRows(client, fold);
    return { progress, position: done, stop: stopAt(culprit, error.message) };
  }
}

/** For a batch of one event, whose row the database may refuse. */
async function applyAndSurviveRefusal(
  client: PoolClient,
  before: Progress,
  batch: LogBatch,
): Promise<Outcome> {
  await client.query('SAVEPOINT before_it');
  try {
    return await applyToOne(client, before, batch);
  } catch (error) {
    const [culprit] = batch.entries;
    if (!isRefusal(error) || culprit === undefined) throw error;
    await client.query('ROLLBACK TO SAVEPOINT before_it');
    before.fold.forget();
    const stop = stopAt(culprit, error.message);
    return { progress: before, position: before.position, stop };
  }
}

function stopAt({ id, position }: LogEntry, reason: string): Stop {
  const error = `Event ${id} at position ${position}: ${reason}`;
  return { error, eventId: id, at: position };
}

/** Classes 22 and 23: values that do not fit, alone or together; 54: more than an index holds. */
export function isRefusal(error: unknown): error is DatabaseError {
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
export function concerns(fold: RowFold, entry: LogEntry): boolean {
  const type = entry.readable ? entry.event.type : entry.type;
  return isEventType(type) ? fold.handles(type) : true;
}

/** @param schema Of the table whose rows the fold is about. */
export async function loadMissing(
  client: ClientBase,
  fold: RowFold,
  entries: readonly LogEntry[],
  schema: Schema = 'read',
): Promise<void> {
  const keys = fold.missing(entries);
  if (keys.length === 0) return;
  fold.load(keys, await readModelTables.loadRows(client, fold, keys, schema));
}
