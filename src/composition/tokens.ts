import { type ServiceIdentifier } from 'inversify';
import { type Pool } from 'pg';
import { type TokenKey } from '../accounts/access-tokens.js';
import { type Policies } from '../commands/command.js';
import { type UserDirectory } from '../domain/access/user-directory.js';
import { type EventStore } from '../event-store/event-store.js';
import { type PersonKeys } from '../event-store/personal-data/person-keys.js';
import { type StoredLog } from '../event-store/stored-log.js';
import { type AnyRoute } from '../http/route.js';
import { type AddressPolicy } from '../outbound/address-policy.js';
import { type OwnEndpoints } from '../outbound/own-endpoints.js';
import { type Configuration } from '../platform/configuration.js';
import { type Logger } from '../platform/logger.js';
import { type RowFold } from '../projections/row-fold.js';
import { type Database } from '../queries/database.js';
import { type Waiting } from './waiting.js';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol.for(`watchbook.${name}`);

/** Names for what is not a class of its own. */
export const tokens = {
  configuration: token<Configuration>('configuration'),
  databaseUrl: token<string>('databaseUrl'),
  log: token<Logger>('log'),
  /** For writing read models, and for secrets. */
  pool: token<Pool>('pool'),
  /** For reading the log. */
  logPool: token<Pool>('logPool'),
  /** For queries. */
  database: token<Database>('database'),
  tokenKey: token<TokenKey>('tokenKey'),
  personKeys: token<PersonKeys>('personKeys'),
  eventStore: token<EventStore>('eventStore'),
  /** The same log, undecoded. */
  storedLog: token<StoredLog>('storedLog'),
  eventStoreAnswers: token<() => Promise<boolean>>('eventStoreAnswers'),
  ownEndpoints: token<OwnEndpoints>('ownEndpoints'),
  checkPolicy: token<AddressPolicy>('checkPolicy'),
  webhookPolicy: token<AddressPolicy>('webhookPolicy'),
  policies: token<Policies>('policies'),
  rowFolds: token<readonly RowFold[]>('rowFolds'),
  directory: token<UserDirectory>('directory'),
  waiting: token<Waiting>('waiting'),
  routes: token<readonly AnyRoute[]>('routes'),
  webhookRoutes: token<readonly AnyRoute[]>('webhookRoutes'),
  auditRoutes: token<readonly AnyRoute[]>('auditRoutes'),
};
