import 'reflect-metadata';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Container } from 'inversify';
import { loadTokenKey } from '../accounts/access-tokens.js';
import { Credentials } from '../accounts/credentials.js';
import { CommandBus } from '../commands/command-bus.js';
import { StateReader } from '../commands/state-reader.js';
import { EventCodec } from '../event-store/codec.js';
import { SnapshotWriter } from '../history/snapshot-writer.js';
import { createApp } from '../http/app.js';
import { Authentication } from '../http/authentication.js';
import { Monitor } from '../monitoring/monitor.js';
import { Partitions } from '../monitoring/results/partitions.js';
import { ScheduleKeeper } from '../monitoring/schedule/schedule-keeper.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { Announcer } from '../notifications/announcer.js';
import { JobRunner } from '../notifications/job-runner.js';
import { portOf } from '../platform/port-of.js';
import { createPool } from '../platform/postgres.js';
import { Housekeeping } from '../processes/housekeeping.js';
import { RetireUsers } from '../processes/retire-users.js';
import { SealLog } from '../processes/seal-log.js';
import { CheckpointWatcher } from '../projections/checkpoint-watcher.js';
import { MemoryDirectory } from '../projections/memory-directory.js';
import { ProjectionEngine } from '../projections/projection-engine.js';
import { ProjectionControl } from '../processes/projection-control.js';
import { RebuildRunner } from '../projections/rebuild/rebuild-runner.js';
import { openDatabase } from '../queries/database.js';
import { accountsModule } from './accounts.module.js';
import { auditModule } from './audit.module.js';
import { openDatabaseServer } from './database.js';
import { openEventStore, reachEventStore } from './event-store.js';
import { ensureAdministrator, ensureBuiltInRoles, type FirstAdministrator } from './first-start.js';
import { healthOf } from './health.js';
import { monitoringModule } from './monitoring.module.js';
import { historyModule } from './history.module.js';
import { httpModule } from './http.module.js';
import { migrateDatabase } from './migrating.js';
import { notificationsModule } from './notifications.module.js';
import { policiesModule, policiesOf } from './policies.module.js';
import { findOwnEndpoints, outboundModule } from './outbound.module.js';
import { projectionsModule } from './projections.module.js';
import { readSideModule } from './read-side.module.js';
import { Shutdown } from './shutdown.js';
import { requestMissingRebuilds } from './outdated-projections.js';
import { tokens } from './tokens.js';
import { followConfiguredLog, refuseToBeginAgain } from './which-log.js';
import { writeSideModule } from './write-side.module.js';

/** A running Watchbook. */
export interface Application {
  /** Where it listens: with the API, or, in a process of other roles, to say how it is. */
  readonly address: { readonly host: string; readonly port: number };
  readonly firstAdministrator: FirstAdministrator | undefined;
  readonly container: Container;
  /** Ends in order: no new requests, running ones finish, then readers of the log, then the database. */
  stop(): Promise<void>;
}

/** Starts everything the configuration asks for. When something fails, what was started is stopped again. */
export async function startApplication(
  configuration: Configuration,
  log: Logger,
): Promise<Application> {
  const shutdown = new Shutdown();
  try {
    return await start(configuration, log, shutdown);
  } catch (error) {
    // What else goes wrong on the way out must not hide why.
    await shutdown
      .run()
      .catch((failure: unknown) => log.error({ err: failure }, 'Not everything was stopped'));
    throw error;
  }
}

async function start(
  configuration: Configuration,
  log: Logger,
  shutdown: Shutdown,
): Promise<Application> {
  await reachEventStore(configuration);
  const server = await openDatabaseServer(configuration, (message) => log.info(message));
  shutdown.add(() => server.stop());
  await migrateDatabase(server.url);
  const container = await compose(configuration, server.url, log, shutdown);
  await refuseToBeginAgain(container);
  await ensureBuiltInRoles(container.get(CommandBus));
  await followConfiguredLog(container);
  await startReaders(container, configuration, shutdown);
  const firstAdministrator = await prepareAccounts(container, configuration);
  await startMonitoring(container, configuration, shutdown);
  const address = await serve(container, configuration, shutdown);
  return {
    address,
    firstAdministrator,
    container,
    stop: () => shutdown.run(),
  };
}

async function compose(
  configuration: Configuration,
  url: string,
  log: Logger,
  shutdown: Shutdown,
): Promise<Container> {
  const pool = createPool(url, 10, log);
  shutdown.add(() => pool.end());
  const logPool = createPool(url, 10, log);
  shutdown.add(() => logPool.end());
  const database = await openDatabase(url, 12);
  shutdown.add(() => database.end());

  const container = new Container();
  container.bind(tokens.configuration).toConstantValue(configuration);
  container.bind(tokens.databaseUrl).toConstantValue(url);
  container.bind(tokens.log).toConstantValue(log);
  container.bind(tokens.pool).toConstantValue(pool);
  container.bind(tokens.logPool).toConstantValue(logPool);
  container.bind(tokens.database).toConstantValue(database);
  container
    .bind(tokens.tokenKey)
    .toConstantValue(await loadTokenKey(configuration.jwtSecret, configuration.dataDir));
  container.bind(tokens.policies).toConstantValue(policiesOf(container));
  container.bind(tokens.ownEndpoints).toConstantValue(await findOwnEndpoints(configuration, url));
  container.load(policiesModule, writeSideModule, readSideModule, accountsModule, httpModule);
  container.load(historyModule, auditModule, projectionsModule, outboundModule);
  container.load(monitoringModule, notificationsModule);
  const codec = container.get(EventCodec);
  const opened = await openEventStore(configuration, codec, { pool: logPool, url });
  shutdown.add(() => opened.close());
  container.bind(tokens.eventStore).toConstantValue(opened.store);
  container.bind(tokens.storedLog).toConstantValue(opened.stored);
  container.bind(tokens.eventStoreAnswers).toConstantValue(() => opened.answers());
  return container;
}

async function startReaders(
  container: Container,
  { roles }: Configuration,
  shutdown: Shutdown,
): Promise<void> {
  if (roles.has('projector')) {
    const engine = container.get(ProjectionEngine);
    await engine.start();
    shutdown.add(() => engine.stop());
    await requestMissingRebuilds(container);
    const runner = container.get(RebuildRunner);
    runner.start();
    shutdown.add(() => runner.stop());
    const control = container.get(ProjectionControl);
    control.start();
    shutdown.add(() => control.stop());
  }
  const watcher = container.get(CheckpointWatcher);
  watcher.start();
  shutdown.add(() => watcher.stop());
  const directory = container.get(MemoryDirectory);
  await directory.start();
  shutdown.add(() => directory.stop());
  if (roles.has('projector')) {
    const retireUsers = container.get(RetireUsers);
    retireUsers.start();
    shutdown.add(() => retireUsers.stop());
    const snapshotWriter = container.get(SnapshotWriter);
    snapshotWriter.start();
    shutdown.add(() => snapshotWriter.stop());
    const housekeeping = container.get(Housekeeping);
    housekeeping.start();
    shutdown.add(() => housekeeping.stop());
    const sealLog = container.get(SealLog);
    sealLog.start();
    shutdown.add(() => sealLog.stop());
  }
  if (roles.has('monitor')) {
    const announcer = container.get(Announcer);
    announcer.start();
    shutdown.add(() => announcer.stop());
    const runner = container.get(JobRunner);
    await runner.start();
    shutdown.add(() => runner.stop());
  }
}

async function startMonitoring(
  container: Container,
  { roles }: Configuration,
  shutdown: Shutdown,
): Promise<void> {
  // Also for the checks that somebody asks for over the API.
  await container.get(Partitions).tend();
  if (!roles.has('monitor')) return;
  const upkeep = container.get(tokens.measurementUpkeep);
  upkeep.start();
  shutdown.add(() => upkeep.stop());
  const monitor = container.get(Monitor);
  monitor.start();
  shutdown.add(() => monitor.stop());
  const keeper = container.get(ScheduleKeeper);
  keeper.start();
  shutdown.add(() => keeper.stop());
}

async function prepareAccounts(
  container: Container,
  { adminEmail, adminPassword, roles, readModelWaitMs }: Configuration,
): Promise<FirstAdministrator | undefined> {
  const bus = container.get(CommandBus);
  const read = container.get(StateReader);
  // Where nobody here keeps the read models, nobody may do so yet.
  const waitMs = roles.has('projector') ? readModelWaitMs : 0;
  const chosen = { email: adminEmail, password: adminPassword, waitMs };
  const [credentials, directory] = [container.get(Credentials), container.get(MemoryDirectory)];
  return ensureAdministrator(bus, read, credentials, directory, chosen);
}

async function serve(
  container: Container,
  { host, port, roles, trustedProxies }: Configuration,
  shutdown: Shutdown,
): Promise<{ host: string; port: number }> {
  const app = createApp({
    routes: roles.has('api') ? container.get(tokens.routes) : [],
    authentication: container.get(Authentication),
    health: healthOf(container),
    log: container.get(tokens.log),
    trustedProxies,
  });
  const server = createServer(app);
  server.requestTimeout = 30_000;
  server.listen(port, host);
  await once(server, 'listening');
  shutdown.add(() => closeServer(server));
  return { host, port: portOf(server.address()) };
}

/** Requests that are running get some time to finish; connections that only wait for more are closed, now and then. */
async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), sweepEveryMs);
  const patience = setTimeout(() => server.closeAllConnections(), finishMs);
  await closed;
  clearTimeout(patience);
  clearInterval(sweep);
}

const finishMs = 10_000;
const sweepEveryMs = 50;
