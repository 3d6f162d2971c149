import { ContainerModule } from 'inversify';
import { CommandBus } from '../commands/command-bus.js';
import { StateReader } from '../commands/state-reader.js';
import { Availability } from '../history/availability.js';
import { Commanding } from '../http/commanding.js';
import { Querying } from '../http/querying.js';
import { serviceCheckRoutes } from '../http/resources/service-checks.js';
import { CheckNow } from '../monitoring/check-now.js';
import { Monitor } from '../monitoring/monitor.js';
import { createProbe } from '../monitoring/probes/probe.js';
import { Recorder } from '../monitoring/recorder.js';
import { measurements } from '../monitoring/results/measurements.js';
import { Partitions } from '../monitoring/results/partitions.js';
import { Rollups } from '../monitoring/results/rollups.js';
import { CheckSchedule } from '../monitoring/schedule/check-schedule.js';
import { ScheduleKeeper } from '../monitoring/schedule/schedule-keeper.js';
import { WatchedServices } from '../monitoring/schedule/watched-services.js';
import { ReaderCheckpoint } from '../platform/reader-checkpoint.js';
import { Housekeeping } from '../processes/housekeeping.js';
import { CheckQueries } from '../queries/checks/check-queries.js';
import { MeasuredPieces } from '../queries/checks/measured-pieces.js';
import { ReadServicesPolicy } from '../queries/policy.js';
import { ServiceQueries } from '../queries/services/service-queries.js';
import { tokens } from './tokens.js';

/** Checks: made, kept, and asked for. */
export const monitoringModule = new ContainerModule(({ bind }) => {
  bind(tokens.probe)
    .toResolvedValue((policy) => createProbe(policy), [tokens.checkPolicy])
    .inSingletonScope();
  bind(CheckSchedule)
    .toResolvedValue((pool) => new CheckSchedule(pool), [tokens.pool])
    .inSingletonScope();
  bind(Recorder)
    .toResolvedValue(
      (store, bus, schedule) => new Recorder({ store, bus, schedule }),
      [tokens.eventStore, CommandBus, CheckSchedule],
    )
    .inSingletonScope();
  bind(Monitor)
    .toResolvedValue(
      (schedule, recorder, probe, log) => new Monitor({ schedule, recorder, probe, log }),
      [CheckSchedule, Recorder, tokens.probe, tokens.log],
    )
    .inSingletonScope();
  bind(ScheduleKeeper)
    .toResolvedValue(
      (store, bus, pool, log, monitor) =>
        new ScheduleKeeper({
          ...{ store, bus, log },
          watched: new WatchedServices(pool),
          checkpoint: new ReaderCheckpoint(pool, 'process:check-schedule'),
          onChange: () => monitor.wake(),
        }),
      [tokens.eventStore, CommandBus, tokens.pool, tokens.log, Monitor],
    )
    .inSingletonScope();
  bind(CheckNow)
    .toResolvedValue(
      (pool, read, schedule, recorder, probe) =>
        new CheckNow({ pool, read, schedule, recorder, probe }),
      [tokens.pool, StateReader, CheckSchedule, Recorder, tokens.probe],
    )
    .inSingletonScope();
  bind(Partitions)
    .toResolvedValue(
      (pool, { keepDays }) => new Partitions(pool, measurements(keepDays)),
      [tokens.pool, tokens.configuration],
    )
    .inSingletonScope();
  bind(tokens.measurementUpkeep)
    .toResolvedValue(
      (pool, partitions, log) => {
        const rollups = new Rollups(pool);
        return new Housekeeping(
          [
            { name: 'make and drop pieces of measurements', run: () => partitions.tend() },
            { name: 'sum up measurements', run: () => rollups.rollUp() },
          ],
          log,
          sumUpEveryMs,
        );
      },
      [tokens.pool, Partitions, tokens.log],
    )
    .inSingletonScope();

  bind(CheckQueries)
    .toResolvedValue(
      (database, policy, services) => new CheckQueries(database, policy, services),
      [tokens.database, ReadServicesPolicy, ServiceQueries],
    )
    .inSingletonScope();
  bind(Availability)
    .toResolvedValue(
      (store, database, policy, { keepDays }) =>
        new Availability(store, new MeasuredPieces(database, keepDays), policy),
      [tokens.eventStore, tokens.database, ReadServicesPolicy, tokens.configuration],
    )
    .inSingletonScope();
  bind(tokens.checkRoutes)
    .toResolvedValue(
      (commanding, querying, services, checks, availability, checkNow) =>
        serviceCheckRoutes({ commanding, querying, services, checks, availability, checkNow }),
      [Commanding, Querying, ServiceQueries, CheckQueries, Availability, CheckNow],
    )
    .inSingletonScope();
});

const sumUpEveryMs = 60_000;
