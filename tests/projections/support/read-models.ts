import { randomUUID } from 'node:crypto';
import { type Client } from 'pg';
import { z } from 'zod';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { createLogger } from '../../../src/platform/logger.js';
import { connect, createPool } from '../../../src/platform/postgres.js';
import { CheckpointWatcher } from '../../../src/projections/checkpoint-watcher.js';
import { evolve, type Projection } from '../../../src/projections/projection.js';
import { ProjectionEngine } from '../../../src/projections/projection-engine.js';
import { carryOutWith } from '../../../src/projections/rebuild/carry-out.js';
import { ProjectionRequests } from '../../../src/projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../../../src/projections/rebuild/rebuild-runner.js';
import { Rebuilds } from '../../../src/projections/rebuild/rebuilds.js';
import { ReadModelGate } from '../../../src/projections/read-model-gate.js';
import { roles } from '../../../src/projections/roles.js';
import { type RowFold, rowFold } from '../../../src/projections/row-fold.js';
import { services } from '../../../src/projections/services.js';
import { tags } from '../../../src/projections/tags.js';
import { users } from '../../../src/projections/users.js';
import { type PostgresLog } from '../../event-store/support/postgres.js';
import { eventually } from '../../event-store/support/waiting.js';

/** By which the tests tell an engine's connections from all others. */
export const engineName = 'projection engine';

/**
 * An engine as a process has it: with a pool, a store, a gate and a memory of its own, with somebody who carries out
 * rebuilds, and with a look at what other processes do.
 */
export class RunningEngine {
  readonly gate = new ReadModelGate();
  readonly errors: { context: unknown; message: string }[] = [];
  readonly engine: ProjectionEngine;
  readonly #pool;
  readonly #watcher: CheckpointWatcher;
  readonly #runner: RebuildRunner;

  private constructor(log: PostgresLog, folds: readonly RowFold[]) {
    const url = new URL(log.url);
    url.searchParams.set('application_name', engineName);
    this.#pool = createPool(url.href, 3, createLogger('silent'));
    const engineLog = {
      info: () => undefined,
      error: (context: object, message: string) => void this.errors.push({ context, message }),
    };
    const store = log.open();
    this.engine = new ProjectionEngine(store, this.#pool, folds, this.gate, engineLog);
    const names = folds.map(({ name }) => name);
    const isNeeded = (): boolean => !this.engine.runsAll;
    this.#watcher = new CheckpointWatcher(this.#pool, names, this.gate, isNeeded);
    const open = (): Promise<Client> => connect(url.href, { timeoutMs: 0 });
    this.#runner = new RebuildRunner({
      folds,
      rebuilds: new Rebuilds(this.#pool),
      carryOut: carryOutWith({ store, folds, connect: open }),
      connect: open,
      onEnd: () => Promise.resolve(),
      log: engineLog,
    });
  }

  static async start(log: PostgresLog, folds = allFolds()): Promise<RunningEngine> {
    const running = new RunningEngine(log, folds);
    await running.engine.start();
    running.#watcher.start();
    const requests = new ProjectionRequests(running.#pool);
    for (const { projection, version } of running.engine.outdated)
      await requests.rebuild(randomUUID(), projection, version);
    running.#runner.start();
    return running;
  }

  /** Fails when the read models do not come that far. */
  async reaches(position: Position): Promise<void> {
    if (!(await this.gate.waitFor(position, 10_000)))
      throw new Error(`At ${this.gate.position}, not at ${position}: ${this.#lastError()}`);
  }

  async untilFailed(projection: string): Promise<string> {
    const reason = (): string | undefined =>
      this.engine.failures.find((failure) => failure.projection === projection)?.reason;
    await eventually(`${projection} stops`, () => reason() !== undefined);
    return reason() ?? '';
  }

  /** Until it runs the projection, as its own version has built it. */
  async untilKept(projection: string): Promise<void> {
    const isKept = (): boolean =>
      !this.engine.outdated.some((one) => one.projection === projection) &&
      !this.engine.failures.some((failure) => failure.projection === projection);
    await eventually(`${projection} is kept by its version`, isKept);
  }

  /** Leaves rebuilds to others. */
  async stopRebuilding(): Promise<void> {
    await this.#runner.stop();
  }

  async stop(): Promise<void> {
    await this.#runner.stop();
    this.#watcher.stop();
    await this.engine.stop();
    await this.#pool.end();
  }

  #lastError(): string {
    const error = z.looseObject({ err: z.instanceof(Error) });
    return error.safeParse(this.errors.at(-1)?.context).data?.err.message ?? 'no error';
  }
}

export function allFolds(): RowFold[] {
  return [rowFold(services), rowFold(tags), rowFold(users), rowFold(roles)];
}

export const projectionNames = ['services', 'tags', 'users', 'roles'];

/** What all tables hold, next to what a fold over the whole log makes of it. */
export async function tablesAndFold(
  log: PostgresLog,
  store: EventStore,
): Promise<{ tables: object; fold: object }> {
  const compared = await Promise.all([
    compare(log, store, services),
    compare(log, store, tags),
    compare(log, store, users),
    compare(log, store, roles),
  ]);
  return {
    tables: Object.fromEntries(compared.map(({ name, table }) => [name, table])),
    fold: Object.fromEntries(compared.map(({ name, fold }) => [name, fold])),
  };
}

async function compare<Row extends object>(
  log: PostgresLog,
  store: EventStore,
  projection: Projection<Row>,
): Promise<{ name: string; table: object; fold: object }> {
  return {
    name: projection.name,
    table: await tableOf(log, projection),
    fold: await foldOf(store, projection),
  };
}

/** The rows of a table by key, with their views. */
export async function tableOf<Row extends object>(
  log: PostgresLog,
  projection: Projection<Row>,
): Promise<Record<string, object>> {
  const found = await log.query(`SELECT to_json(t) AS row, view FROM read.${projection.name} t`);
  return Object.fromEntries(
    found.map(({ row: raw, view }) => {
      const row = projection.row.parse(raw);
      return [String(row[projection.key]), { ...row, view }];
    }),
  );
}

/** What those rows should be. */
export async function foldOf<Row extends object>(
  store: EventStore,
  projection: Projection<Row>,
): Promise<Record<string, object>> {
  const rows = new Map<string, Row>();
  for await (const { entries } of store.readAll())
    for (const entry of entries) {
      if (!entry.readable) continue;
      const key = projection.keyOf(entry);
      if (key === undefined) continue;
      const row = evolve(projection, rows.get(key), entry);
      if (row) rows.set(key, row);
      else rows.delete(key);
    }
  return Object.fromEntries(
    [...rows].map(([key, row]) => [key, { ...row, view: projection.openView(row) }]),
  );
}

export interface CheckpointRow {
  readonly reader: string;
  readonly version: number;
  readonly position: Position;
  readonly error: string | null;
  readonly errorAt: Position | null;
}

export async function checkpoint(log: PostgresLog, reader: string): Promise<CheckpointRow> {
  const [row] = await log.query('SELECT * FROM readers.checkpoints WHERE reader = $1', [reader]);
  return Row.parse(row);
}

const bigint = z.string().transform((text) => BigInt(text));
const Row = z
  .object({
    reader: z.string(),
    version: z.int(),
    position: bigint,
    error: z.string().nullable(),
    error_at: bigint.nullable(),
  })
  .transform(({ error_at: errorAt, ...row }) => ({ ...row, errorAt }));
