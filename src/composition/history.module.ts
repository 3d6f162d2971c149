import { ContainerModule } from 'inversify';
import { Past } from '../history/past.js';
import { SnapshotWriter } from '../history/snapshot-writer.js';
import { tokens } from './tokens.js';

/** Looking back. */
export const historyModule = new ContainerModule(({ bind }) => {
  bind(Past)
    .toResolvedValue((store, pool) => new Past(store, pool), [tokens.eventStore, tokens.logPool])
    .inSingletonScope();
  bind(SnapshotWriter)
    .toResolvedValue(
      (store, pool, log) => new SnapshotWriter(store, pool, log),
      [tokens.eventStore, tokens.pool, tokens.log],
    )
    .inSingletonScope();
});
