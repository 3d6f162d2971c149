import { ContainerModule } from 'inversify';
import { CommandBus } from '../commands/command-bus.js';
import { connect } from '../platform/postgres.js';
import { ProjectionControl } from '../processes/projection-control.js';
import { lagBehind } from '../projections/lag.js';
import { ProjectionRequests } from '../projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../projections/rebuild/rebuild-runner.js';
import { Rebuilds } from '../projections/rebuild/rebuilds.js';
import { ReadProjectionsPolicy } from '../queries/policy.js';
import { ProjectionQueries } from '../queries/projections/projection-queries.js';
import { tokens } from './tokens.js';
import { ProjectionVerifier } from './verification.js';

/** How read models are looked after: rebuilt, compared with the log, and helped on. */
export const projectionsModule = new ContainerModule(({ bind }) => {
  bind(Rebuilds)
    .toResolvedValue((pool) => new Rebuilds(pool), [tokens.pool])
    .inSingletonScope();
  bind(ProjectionRequests)
    .toResolvedValue((pool) => new ProjectionRequests(pool), [tokens.pool])
    .inSingletonScope();
  bind(RebuildRunner)
    .toResolvedValue(
      (store, rebuilds, folds, url, log, control) =>
        new RebuildRunner({
          store,
          rebuilds,
          folds,
          log,
          connect: () => connect(url, { timeoutMs: 0 }),
          // It looks by itself, too: should this fail, the end is told a moment later.
          onEnd: () => control.tellEnded().catch(() => undefined),
        }),
      [
        tokens.eventStore,
        Rebuilds,
        tokens.rowFolds,
        tokens.databaseUrl,
        tokens.log,
        ProjectionControl,
      ],
    )
    .inSingletonScope();
  bind(ProjectionControl)
    .toResolvedValue(
      (store, bus, requests, log) => new ProjectionControl({ store, bus, requests, log }),
      [tokens.eventStore, CommandBus, ProjectionRequests, tokens.log],
    )
    .inSingletonScope();
  bind(ProjectionQueries)
    .toResolvedValue(
      (database, policy, store) =>
        new ProjectionQueries(database, policy, (position) => lagBehind(store, position)),
      [tokens.database, ReadProjectionsPolicy, tokens.eventStore],
    )
    .inSingletonScope();
  bind(ProjectionVerifier)
    .toResolvedValue(
      (store, folds, url) =>
        new ProjectionVerifier(store, folds, () => connect(url, { timeoutMs: 0 })),
      [tokens.eventStore, tokens.rowFolds, tokens.databaseUrl],
    )
    .inSingletonScope();
});
