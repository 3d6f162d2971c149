import path from 'node:path';
import { ContainerModule } from 'inversify';
import { type Client } from 'pg';
import { CommandBus } from '../commands/command-bus.js';
import { isBehindPgBouncer } from '../platform/pgbouncer.js';
import { connect } from '../platform/postgres.js';
import { ProjectionControl } from '../processes/projection-control.js';
import { lagBehind } from '../projections/lag.js';
import { ProjectionRequests } from '../projections/rebuild/projection-requests.js';
import { RebuildRunner } from '../projections/rebuild/rebuild-runner.js';
import { carryOutInThread } from '../projections/rebuild/rebuild-thread.js';
import { Rebuilds } from '../projections/rebuild/rebuilds.js';
import { NoConnectionOfItsOwn } from '../projections/verify/verify.js';
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
      (rebuilds, folds, url, { eventStore, logLevel }, log, control) =>
        new RebuildRunner({
          rebuilds,
          folds,
          log,
          carryOut: carryOutInThread(rebuildThread, { url, eventStore, logLevel }),
          connect: () => connect(url, { timeoutMs: 0 }),
          // It looks by itself, too: should this fail, the end is told a moment later.
          onEnd: () => control.tellEnded().catch(() => undefined),
        }),
      [
        Rebuilds,
        tokens.rowFolds,
        tokens.databaseUrl,
        tokens.configuration,
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
      (store, folds, url) => new ProjectionVerifier(store, folds, () => connectToVerify(url)),
      [tokens.eventStore, tokens.rowFolds, tokens.databaseUrl],
    )
    .inSingletonScope();
});

const rebuildThread = new URL(
  `./rebuild-thread${path.extname(import.meta.filename)}`,
  import.meta.url,
);

async function connectToVerify(url: string): Promise<Client> {
  if (isBehindPgBouncer(url))
    throw new NoConnectionOfItsOwn(
      'A comparison needs a connection of its own, and PgBouncer gives none: run `watchbook projections verify` ' +
        'with a DATABASE_URL that leads to PostgreSQL itself',
    );
  return connect(url, { timeoutMs: 0 });
}
