import 'reflect-metadata';
import { Container } from 'inversify';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandBus } from '../commands/command-bus.js';
import { type Command } from '../commands/command.js';
import { commandContext, newId } from '../commands/context.js';
import {
  cancelRebuild,
  requestRebuild,
  requestRollback,
  retryProjection,
  skipProjectionEvent,
} from '../commands/projections/projection-commands.js';
import { type ProcessActor } from '../domain/access/actor.js';
import { EventCodec } from '../event-store/codec.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { migrate } from '../platform/migrations.js';
import { createPool } from '../platform/postgres.js';
import { ProjectionControl } from '../processes/projection-control.js';
import { RebuildRunner } from '../projections/rebuild/rebuild-runner.js';
import { openDatabase } from '../queries/database.js';
import {
  type ProjectionFacts,
  ProjectionQueries,
  type ProjectionView,
  type RebuildView,
} from '../queries/projections/projection-queries.js';
import { visitDatabaseServer } from './database.js';
import { openEventStore, reachEventStore } from './event-store.js';
import { policiesModule, policiesOf } from './policies.module.js';
import { projectionsModule } from './projections.module.js';
import { readSideModule } from './read-side.module.js';
import { Shutdown } from './shutdown.js';
import { tokens } from './tokens.js';
import { ProjectionVerifier, type VerificationView } from './verification.js';
import { writeSideModule } from './write-side.module.js';

/** There is no such projection, or no such table; the message says what there is. */
export class NothingOfThatName extends Error {
  override readonly name = 'NothingOfThatName';
}

/**
 * What an administrator at the machine can do about read models, whether a server runs or not. Everything is done
 * by commands that the log remembers, as through the API.
 */
export class ProjectionDesk {
  private constructor(
    private readonly container: Container,
    private readonly shutdown: Shutdown,
  ) {}

  static async open(configuration: Configuration, log: Logger): Promise<ProjectionDesk> {
    await reachEventStore(configuration);
    const shutdown = new Shutdown();
    try {
      const server = await visitDatabaseServer(configuration, (message) => log.info(message));
      shutdown.add(() => server.stop());
      await migrate(server.url, 'up');
      const pool = createPool(server.url, 4, log);
      shutdown.add(() => pool.end());
      const database = await openDatabase(server.url, 2);
      shutdown.add(() => database.end());
      const container = new Container();
      container.bind(tokens.configuration).toConstantValue(configuration);
      container.bind(tokens.databaseUrl).toConstantValue(server.url);
      container.bind(tokens.log).toConstantValue(log);
      container.bind(tokens.pool).toConstantValue(pool);
      container.bind(tokens.logPool).toConstantValue(pool);
      container.bind(tokens.database).toConstantValue(database);
      container.bind(tokens.policies).toConstantValue(policiesOf(container));
      container.load(policiesModule, writeSideModule, readSideModule, projectionsModule);
      const opened = await openEventStore(configuration, container.get(EventCodec), {
        pool,
        url: server.url,
      });
      shutdown.add(() => opened.close());
      container.bind(tokens.eventStore).toConstantValue(opened.store);
      return new ProjectionDesk(container, shutdown);
    } catch (error) {
      await shutdown.run().catch(() => undefined);
      throw error;
    }
  }

  close(): Promise<void> {
    return this.shutdown.run();
  }

  list(): Promise<ProjectionView[]> {
    return this.container.get(ProjectionQueries).list(administrator);
  }

  /** @throws NothingOfThatName */
  async verify(projection: string): Promise<VerificationView> {
    await this.known(projection);
    return this.container.get(ProjectionVerifier).verify(projection);
  }

  /**
   * Asks for a rebuild, and carries it out here unless a server is faster; goes on with one that is under way already,
   * or was interrupted. Of several at once, two go side by side.
   *
   * @param watch Is told how they go, until all have ended.
   * @param signal Cancels them.
   * @throws NothingOfThatName
   */
  async rebuild(
    projections: readonly string[],
    kind: 'rebuild' | 'rollback',
    watch: (rebuilds: readonly RebuildView[]) => void,
    signal: AbortSignal,
  ): Promise<readonly RebuildView[]> {
    const wanted: { projection: string; rebuildId: string }[] = [];
    for (const projection of projections) {
      const { is_kept: isKept } = await this.known(projection);
      const interrupted = await this.underway(projection);
      if (interrupted !== undefined) {
        wanted.push({ projection, rebuildId: interrupted.id });
        continue;
      }
      const rebuild = { projection, rebuildId: newId(commandContext(administrator), 'rebuild') };
      if (kind === 'rebuild') await this.send(requestRebuild, { ...rebuild, version: null });
      else await this.send(requestRollback, { ...rebuild, isKept });
      wanted.push(rebuild);
    }
    const control = this.container.get(ProjectionControl);
    await control.passOnAll();
    const runner = this.container.get(RebuildRunner);
    runner.start();
    const cancel = async (): Promise<void> => {
      for (const one of wanted) await this.send(cancelRebuild, one).catch(() => undefined);
      await control.passOnAll();
    };
    signal.addEventListener('abort', () => void cancel());
    for (;;) {
      const rebuilds = await this.standingOf(wanted);
      watch(rebuilds);
      if (rebuilds.every(({ ended_at }) => ended_at !== null)) break;
      await sleep(lookEveryMs);
      // A server may have carried it out, and be gone.
      await control.tellEnded();
    }
    await runner.stop();
    return this.standingOf(wanted);
  }

  /** Ends the rebuild that is under way. @throws NothingOfThatName */
  async cancel(projection: string): Promise<void> {
    await this.known(projection);
    const rebuild = await this.underway(projection);
    if (rebuild === undefined)
      throw new NothingOfThatName(`No rebuild of ${projection} is under way.`);
    await this.send(cancelRebuild, { projection, rebuildId: rebuild.id });
    await this.container.get(ProjectionControl).passOnAll();
    await this.container.get(RebuildRunner).runWhatWaits();
    await this.container.get(ProjectionControl).tellEnded();
  }

  /** @throws NothingOfThatName, DomainError */
  async retry(projection: string): Promise<void> {
    const { stopped_at: stoppedAt } = await this.known(projection);
    await this.send(retryProjection, { projection, stoppedAt });
    await this.container.get(ProjectionControl).passOnAll();
  }

  /** @throws NothingOfThatName, DomainError */
  async skip(projection: string, eventId: string): Promise<void> {
    const { stopped_at: stoppedAt } = await this.known(projection);
    await this.send(skipProjectionEvent, { projection, eventId, stoppedAt });
    await this.container.get(ProjectionControl).passOnAll();
  }

  private async underway(projection: string): Promise<RebuildView | undefined> {
    const { rebuild } = (await this.list()).find(({ name }) => name === projection) ?? {};
    return rebuild?.ended_at === null ? rebuild : undefined;
  }

  private async known(projection: string): Promise<ProjectionFacts> {
    const facts = await this.container.get(ProjectionQueries).facts(projection);
    if (facts !== undefined) return facts;
    const names = (await this.list()).map(({ name }) => name);
    throw new NothingOfThatName(
      `There is no projection ${projection}. There are: ${names.join(', ') || 'none yet'}.`,
    );
  }

  private async standingOf(
    wanted: readonly { projection: string; rebuildId: string }[],
  ): Promise<RebuildView[]> {
    const queries = this.container.get(ProjectionQueries);
    const found = await Promise.all(
      wanted.map(({ projection, rebuildId }) =>
        queries.rebuild(administrator, projection, rebuildId),
      ),
    );
    return found.filter((rebuild) => rebuild !== undefined);
  }

  private async send<Input, State, Facts>(
    command: Command<Input, State, Facts>,
    input: Input,
  ): Promise<void> {
    await this.container.get(CommandBus).execute(command, input, commandContext(administrator));
  }
}

/** Whoever can run this can read and write the database anyway. */
const administrator: ProcessActor = { kind: 'process', id: 'command-line' };
const lookEveryMs = 200;
