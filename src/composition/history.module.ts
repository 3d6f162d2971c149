import { ContainerModule } from 'inversify';
import { Past } from '../history/past.js';
import { ServiceHistory } from '../history/service-history.js';
import { SnapshotWriter } from '../history/snapshot-writer.js';
import { ReadServicesPolicy, ReadUsersPolicy } from '../queries/policy.js';
import { tokens } from './tokens.js';

/** Looking back. */
export const historyModule = new ContainerModule(({ bind }) => {
  bind(Past)
    .toResolvedValue((store, pool) => new Past(store, pool), [tokens.eventStore, tokens.logPool])
    .inSingletonScope();
  bind(ServiceHistory)
    .toResolvedValue(
      (store, services, users, directory) => new ServiceHistory(store, services, users, directory),
      [tokens.eventStore, ReadServicesPolicy, ReadUsersPolicy, tokens.directory],
    )
    .inSingletonScope();
  bind(SnapshotWriter)
    .toResolvedValue(
      (store, pool, log) => new SnapshotWriter(store, pool, log),
      [tokens.eventStore, tokens.pool, tokens.log],
    )
    .inSingletonScope();
});
