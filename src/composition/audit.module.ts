import { createHmac } from 'node:crypto';
import { ContainerModule } from 'inversify';
import { AuditLog } from '../audit/audit-log.js';
import { Cursors } from '../http/cursors.js';
import { Querying } from '../http/querying.js';
import { auditRoutes } from '../http/resources/audit.js';
import { AuditQueries } from '../queries/audit/audit-queries.js';
import { ReadAuditPolicy } from '../queries/policy.js';
import { UserQueries } from '../queries/users/user-queries.js';
import { tokens } from './tokens.js';

/** The audit log: found in its read model, told from the event log. */
export const auditModule = new ContainerModule(({ bind }) => {
  bind(AuditQueries)
    .toResolvedValue(
      (database, policy) => new AuditQueries(database, policy),
      [tokens.database, ReadAuditPolicy],
    )
    .inSingletonScope();
  bind(AuditLog)
    .toResolvedValue(
      (store, queries, users) => new AuditLog(store, queries, users),
      [tokens.eventStore, AuditQueries, UserQueries],
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
