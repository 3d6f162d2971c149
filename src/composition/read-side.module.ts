import { ContainerModule } from 'inversify';
import { CheckpointWatcher } from '../projections/checkpoint-watcher.js';
import { MemoryDirectory } from '../projections/memory-directory.js';
import { ProjectionEngine } from '../projections/projection-engine.js';
import { ReadModelGate } from '../projections/read-model-gate.js';
import {
  ReadOwnAccountPolicy,
  ReadRolesPolicy,
  ReadServicesPolicy,
  ReadTagsPolicy,
  ReadUsersPolicy,
  ReadWebhooksPolicy,
} from '../queries/policy.js';
import { Counts } from '../queries/counts.js';
import { RoleQueries } from '../queries/roles/role-queries.js';
import { ServiceQueries } from '../queries/services/service-queries.js';
import { TagQueries } from '../queries/tags/tag-queries.js';
import { UserQueries } from '../queries/users/user-queries.js';
import { WebhookQueries } from '../queries/webhooks/webhook-queries.js';
import { allRowFolds } from './row-folds.js';
import { tokens } from './tokens.js';
import { Waiting } from './waiting.js';

/** From the event log to answers. */
export const readSideModule = new ContainerModule(({ bind }) => {
  bind(tokens.rowFolds)
    .toResolvedValue((configuration) => allRowFolds(configuration), [tokens.configuration])
    .inSingletonScope();
  bind(ReadModelGate).toConstantValue(new ReadModelGate());
  bind(ProjectionEngine)
    .toResolvedValue(
      (store, pool, folds, gate, log) => new ProjectionEngine(store, pool, folds, gate, log),
      [tokens.eventStore, tokens.pool, tokens.rowFolds, ReadModelGate, tokens.log],
    )
    .inSingletonScope();
  bind(CheckpointWatcher)
    .toResolvedValue(
      (pool, folds, gate, engine, { roles: own }) => {
        const names = folds.map(({ name }) => name);
        const isNeeded = (): boolean => !own.has('projector') || !engine.runsAll;
        return new CheckpointWatcher(pool, names, gate, isNeeded);
      },
      [tokens.pool, tokens.rowFolds, ReadModelGate, ProjectionEngine, tokens.configuration],
    )
    .inSingletonScope();
  bind(MemoryDirectory)
    .toResolvedValue(
      (store, log) => new MemoryDirectory(store, log),
      [tokens.eventStore, tokens.log],
    )
    .inSingletonScope();
  bind(tokens.directory).toService(MemoryDirectory);
  bind(tokens.waiting)
    .toResolvedValue(
      (gate, directory) => new Waiting([gate, directory.gate]),
      [ReadModelGate, MemoryDirectory],
    )
    .inSingletonScope();

  bind(Counts)
    .toResolvedValue((gate) => new Counts(() => gate.position), [ReadModelGate])
    .inSingletonScope();
  bind(ServiceQueries)
    .toResolvedValue(
      (database, policy, counts) => new ServiceQueries(database, policy, counts),
      [tokens.database, ReadServicesPolicy, Counts],
    )
    .inSingletonScope();
  bind(TagQueries)
    .toResolvedValue(
      (database, policy, counts) => new TagQueries(database, policy, counts),
      [tokens.database, ReadTagsPolicy, Counts],
    )
    .inSingletonScope();
  bind(WebhookQueries)
    .toResolvedValue(
      (database, policy) => new WebhookQueries(database, policy),
      [tokens.database, ReadWebhooksPolicy],
    )
    .inSingletonScope();
  bind(UserQueries)
    .toResolvedValue(
      (database, everyone, self, counts) => new UserQueries(database, everyone, self, counts),
      [tokens.database, ReadUsersPolicy, ReadOwnAccountPolicy, Counts],
    )
    .inSingletonScope();
  bind(RoleQueries)
    .toResolvedValue(
      (database, policy, counts) => new RoleQueries(database, policy, counts),
      [tokens.database, ReadRolesPolicy, Counts],
    )
    .inSingletonScope();
});
