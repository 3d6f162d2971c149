import { type Pool } from 'pg';
import { z } from 'zod';
import { PostgresPersonKeys } from '../../../src/accounts/person-keys.js';
import { type EventStore } from '../../../src/event-store/event-store.js';
import { type Position } from '../../../src/event-store/position.js';
import { createLogger } from '../../../src/platform/logger.js';
import { migrate } from '../../../src/platform/migrations.js';
import { connect, createPool } from '../../../src/platform/postgres.js';
import { carryOutWith } from '../../../src/projections/rebuild/carry-out.js';
import { ProjectionRequests } from '../../../src/projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../../../src/projections/rebuild/rebuild-runner.js';
import { Rebuilds } from '../../../src/projections/rebuild/rebuilds.js';
import { verify } from '../../../src/projections/verify/verify.js';
import { openPostgresEventStore } from '../../event-store/support/postgres.js';
import { eventually } from '../../event-store/support/waiting.js';
import { allFolds } from '../../projections/support/read-models.js';
import { ProjectionsProcess } from './projections-process.js';

/** How a rebuild stands, as the database says. */
const RebuildStanding = z.object({
  stage: z.string(),
  reason: z.string().nullable(),
  position: z.string().transform((text) => BigInt(text)),
  epoch: z.int(),
});
type RebuildStanding = Readonly<z.infer<typeof RebuildStanding>>;

/** A log in a database, processes that keep its read models, and a look at what they have made of it. */
export class ReadModelStage {
  private readonly ends: (() => Promise<unknown>)[] = [];

  private constructor(
    readonly url: string,
    private readonly pool: Pool,
    readonly store: EventStore,
  ) {}

  /** @param url Of a database that is empty. */
  static async open(url: string): Promise<ReadModelStage> {
    await migrate(url, 'up');
    const pool = createPool(url, 3, createLogger('silent'));
    const { store, close } = openPostgresEventStore(url, new PostgresPersonKeys(pool));
    const stage = new ReadModelStage(url, pool, store);
    stage.afterwards(() => pool.end());
    stage.afterwards(close);
    return stage;
  }

  /** Something to do at the end; the last one said is done first. */
  afterwards(end: () => Promise<unknown>): void {
    this.ends.push(end);
  }

  async close(): Promise<void> {
    for (const end of this.ends.reverse()) await end();
  }

  async start(runs: 'projections' | 'rebuilds'): Promise<ProjectionsProcess> {
    const started = await ProjectionsProcess.start({ url: this.url, runs });
    this.afterwards(() => started.kill());
    return started;
  }

  async query(statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.pool.query<Record<string, unknown>>(statement, values)).rows;
  }

  /** Keeps a lock until what it gives back is called. */
  async hold(statement: string): Promise<() => Promise<void>> {
    const client = await connect(this.url, { timeoutMs: 0 });
    await client.query(`BEGIN; ${statement}`);
    const release = (): Promise<void> => client.end().catch(() => undefined);
    this.afterwards(release);
    return release;
  }

  /** Until somebody waits for what `hold` keeps. */
  async untilSomebodyWaits(): Promise<void> {
    const waiting = `
      SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    await eventually('somebody waits', async () => (await this.query(waiting)).length > 0, 30_000);
  }

  /** Until all checkpoints are there, whatever happens to the database meanwhile. */
  async reach(position: Position): Promise<void> {
    const behind = `SELECT FROM readers.checkpoints WHERE position < $1 AND reader NOT LIKE 'process:%'`;
    await eventually(
      `the read models reach ${position}`,
      async () => {
        const rows = await this.query(behind, [position]).catch(() => undefined);
        return rows?.length === 0;
      },
      60_000,
    );
  }

  /**
   * The names of read models whose rows are not what the log leads to at their checkpoint.
   *
   * @param among Which are looked at; all when left out.
   */
  async drifted(...among: readonly string[]): Promise<string[]> {
    const drifted: string[] = [];
    for (const fold of allFolds()) {
      if (among.length > 0 && !among.includes(fold.name)) continue;
      const client = await connect(this.url, { timeoutMs: 0 });
      try {
        if ((await verify(this.store, client, fold)).differing > 0) drifted.push(fold.name);
      } finally {
        await client.end();
      }
    }
    return drifted;
  }

  /** Asks for a new table of services. */
  async requestRebuild(id: string): Promise<void> {
    await new ProjectionRequests(this.pool).rebuild(id, 'services', null);
  }

  async rebuild(id: string): Promise<RebuildStanding> {
    const columns = 'stage, reason, position, epoch::int';
    const [row] = await this.query(`SELECT ${columns} FROM readers.rebuilds WHERE id = $1`, [id]);
    return RebuildStanding.parse(row);
  }

  async untilStage(id: string, ...stages: readonly string[]): Promise<RebuildStanding> {
    await eventually(
      `the rebuild is ${stages.join(' or ')}`,
      async () => stages.includes((await this.rebuild(id)).stage),
      60_000,
    );
    return this.rebuild(id);
  }

  /** Carries out rebuilds here, beside whoever else does, until what it gives back is called. */
  runRebuilds(): () => Promise<void> {
    const log = createLogger('silent');
    const [folds, open] = [allFolds(), () => connect(this.url, { timeoutMs: 0 })];
    const runner = new RebuildRunner({
      folds,
      rebuilds: new Rebuilds(this.pool),
      carryOut: carryOutWith({ store: this.store, folds, connect: open }),
      connect: open,
      onEnd: () => Promise.resolve(),
      log,
    });
    runner.start();
    const stop = (): Promise<void> => runner.stop();
    this.afterwards(stop);
    return stop;
  }
}
