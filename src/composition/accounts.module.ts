import { ContainerModule } from 'inversify';
import { Credentials } from '../accounts/credentials.js';
import { LoginThrottle } from '../accounts/login-throttle.js';
import { RefreshTokens } from '../accounts/refresh-tokens.js';
import { Sessions } from '../accounts/sessions.js';
import { CommandBus } from '../commands/command-bus.js';
import { Deliveries } from '../notifications/deliveries.js';
import { WebhookSecrets } from '../notifications/webhook-secrets.js';
import { ReaderCheckpoint } from '../platform/reader-checkpoint.js';
import { Housekeeping } from '../processes/housekeeping.js';
import { RetireUsers } from '../processes/retire-users.js';
import { ServiceQueries } from '../queries/services/service-queries.js';
import { TagQueries } from '../queries/tags/tag-queries.js';
import { WebhookQueries } from '../queries/webhooks/webhook-queries.js';
import { tokens } from './tokens.js';

/** Passwords and sessions, and what becomes of them when a user goes. */
export const accountsModule = new ContainerModule(({ bind }) => {
  bind(Credentials)
    .toResolvedValue((pool) => new Credentials(pool), [tokens.pool])
    .inSingletonScope();
  bind(RefreshTokens)
    .toResolvedValue((pool) => new RefreshTokens(pool), [tokens.pool])
    .inSingletonScope();
  bind(LoginThrottle)
    .toResolvedValue((pool) => new LoginThrottle(pool), [tokens.pool])
    .inSingletonScope();
  bind(Sessions)
    .toResolvedValue(
      (directory, credentials, refreshTokens, throttle, key) =>
        new Sessions(directory, credentials, refreshTokens, throttle, key),
      [tokens.directory, Credentials, RefreshTokens, LoginThrottle, tokens.tokenKey],
    )
    .inSingletonScope();
  bind(Housekeeping)
    .toResolvedValue(
      (refreshTokens, deliveries, secrets, log) =>
        new Housekeeping(
          [
            { name: 'remove expired refresh tokens', run: () => refreshTokens.removeExpired() },
            { name: 'remove old deliveries', run: () => deliveries.removeOld() },
            { name: 'remove expired secrets of webhooks', run: () => secrets.removeExpired() },
          ],
          log,
        ),
      [RefreshTokens, Deliveries, WebhookSecrets, tokens.log],
    )
    .inSingletonScope();
  bind(RetireUsers)
    .toResolvedValue(
      (
        store,
        bus,
        directory,
        waiting,
        pool,
        log,
        services,
        tags,
        webhooks,
        credentials,
        refreshTokens,
        keys,
      ) =>
        new RetireUsers({
          store,
          bus,
          directory,
          checkpoint: new ReaderCheckpoint(pool, 'process:retire-users'),
          log,
          waitFor: (position, timeoutMs) => waiting.until(position, timeoutMs),
          possessions: {
            tagsOf: (userId) => tags.createdBy(userId),
            servicesOf: (userId) => services.ownedBy(userId),
            webhooksOf: (userId) => webhooks.ownedBy(userId),
          },
          belongings: {
            async forgetPassword(credentialId) {
              await credentials.remove(credentialId);
              await refreshTokens.revokeBegunWith(credentialId);
            },
            async forgetPerson(userId) {
              await credentials.removeAll(userId);
              await refreshTokens.revokeAll(userId);
              await keys.forget(userId);
            },
          },
        }),
      [
        tokens.eventStore,
        CommandBus,
        tokens.directory,
        tokens.waiting,
        tokens.pool,
        tokens.log,
        ServiceQueries,
        TagQueries,
        WebhookQueries,
        Credentials,
        RefreshTokens,
        tokens.personKeys,
      ],
    )
    .inSingletonScope();
});
