import { createHmac } from 'node:crypto';
import { ContainerModule } from 'inversify';
import { AuditLog } from '../audit/audit-log.js';
import { loadSealKey } from '../audit/seals/seal-key.js';
import { SealArchive } from '../audit/seals/seal-archive.js';
import { Sealer } from '../audit/seals/sealer.js';
import { Cursors } from '../http/cursors.js';
import { Querying } from '../http/querying.js';
import { auditRoutes } from '../http/resources/audit.js';
import { auditChunkBits } from '../platform/audit-chunks.js';
import { SealLog } from '../processes/seal-log.js';
import { AuditQueries } from '../queries/audit/audit-queries.js';
import { ReadAuditPolicy } from '../queries/policy.js';
import { UserQueries } from '../queries/users/user-queries.js';
import { tokens } from './tokens.js';

/** The audit log: found in its read model, told from the event log. */
export const auditModule = new ContainerModule(({ bind }) => {
  bind(AuditQueries)
    .toResolvedValue(
      (database, policy, { eventStore }) =>
        new AuditQueries(database, policy, auditChunkBits(eventStore)),
      [tokens.database, ReadAuditPolicy, tokens.configuration],
    )
    .inSingletonScope();
  bind(AuditLog)
    .toResolvedValue(
      (store, queries, users) => new AuditLog(store, queries, users),
      [tokens.eventStore, AuditQueries, UserQueries],
    )
    .inSingletonScope();
  bind(SealLog)
    .toResolvedValue(
      (store, stored, pool, { dataDir }, log) => {
        const sealer = new Sealer({
          log: stored,
          identity: () => store.identity(),
          archive: new SealArchive(pool),
          key: () => loadSealKey(dataDir),
        });
        return new SealLog(sealer, log);
      },
      [tokens.eventStore, tokens.storedLog, tokens.pool, tokens.configuration, tokens.log],
    )
    .inSingletonScope();
  bind(Cursors)
    .toResolvedValue(
      ({ bytes }) => new Cursors(createHmac('sha256', bytes).update('cursors').digest()),
      [tokens.tokenKey],
    )
    .inSingletonScope();
  bind(tokens.auditRoutes)
    .toResolvedValue(
      (querying, audit, cursors) => auditRoutes(querying, audit, cursors),
      [Querying, AuditLog, Cursors],
    )
    .inSingletonScope();
});
