import { ContainerModule } from 'inversify';
import { Credentials } from '../accounts/credentials.js';
import { LoginThrottle } from '../accounts/login-throttle.js';
import { Sessions } from '../accounts/sessions.js';
import { CommandBus } from '../commands/command-bus.js';
import { Authentication } from '../http/authentication.js';
import { Commanding } from '../http/commanding.js';
import { Querying } from '../http/querying.js';
import { projectionRoutes } from '../http/resources/projections.js';
import { roleRoutes } from '../http/resources/roles.js';
import { serviceHistoryRoutes } from '../http/resources/service-history.js';
import { serviceRoutes } from '../http/resources/services.js';
import { sessionRoutes } from '../http/resources/sessions.js';
import { tagRoutes } from '../http/resources/tags.js';
import { userPermissionRoutes } from '../http/resources/user-permissions.js';
import { userRoutes } from '../http/resources/users.js';
import { Past } from '../history/past.js';
import { ServiceHistory } from '../history/service-history.js';
import { knownProblem } from '../outbound/what-can-be-known.js';
import { RetireUsers } from '../processes/retire-users.js';
import { ReadProjectionsPolicy, requireSight } from '../queries/policy.js';
import { ProjectionQueries } from '../queries/projections/projection-queries.js';
import { RoleQueries } from '../queries/roles/role-queries.js';
import { ServiceQueries } from '../queries/services/service-queries.js';
import { TagQueries } from '../queries/tags/tag-queries.js';
import { UserQueries } from '../queries/users/user-queries.js';
import { tokens } from './tokens.js';
import { ProjectionVerifier } from './verification.js';

/** Everything behind the HTTP routes. */
export const httpModule = new ContainerModule(({ bind }) => {
  bind(Authentication)
    .toResolvedValue(
      (key, directory) => new Authentication(key, directory),
      [tokens.tokenKey, tokens.directory],
    )
    .inSingletonScope();
  bind(Commanding)
    .toResolvedValue(
      (bus, { readModelWaitMs }) => new Commanding(bus, readModelWaitMs),
      [CommandBus, tokens.configuration],
    )
    .inSingletonScope();
  bind(Querying)
    .toResolvedValue(
      (waiting, { readModelWaitMs }) =>
        new Querying((position) => waiting.until(position, readModelWaitMs)),
      [tokens.waiting, tokens.configuration],
    )
    .inSingletonScope();
  bind(tokens.routes)
    .toResolvedValue(
      (
        commanding,
        querying,
        services,
        tags,
        users,
        roles,
        credentials,
        sessions,
        throttle,
        directory,
        retireUsers,
        configuration,
        past,
        history,
        ofAudit,
        ofWebhooks,
        projections,
        verifier,
        readProjections,
        checkPolicy,
      ) => [
        ...sessionRoutes(sessions),
        ...serviceRoutes(commanding, querying, services, past, (address, defaultPort) =>
          knownProblem(checkPolicy, address, defaultPort),
        ),
        ...serviceHistoryRoutes(commanding, querying, services, history),
        ...tagRoutes(commanding, querying, tags, past),
        ...userRoutes({
          commanding,
          querying,
          users,
          services,
          past,
          credentials,
          sessions,
          throttle,
          directory,
          untilRetired: (position) =>
            configuration.roles.has('projector')
              ? retireUsers.settled(position, configuration.readModelWaitMs)
              : Promise.resolve(),
        }),
        ...userPermissionRoutes(querying, users, past),
        ...roleRoutes(commanding, querying, roles, directory, past),
        ...ofAudit,
        ...ofWebhooks,
        ...projectionRoutes({
          commanding,
          querying,
          queries: projections,
          verify: (actor, name) => {
            requireSight(readProjections.scope(actor));
            return verifier.verify(name);
          },
        }),
      ],
      [
        Commanding,
        Querying,
        ServiceQueries,
        TagQueries,
        UserQueries,
        RoleQueries,
        Credentials,
        Sessions,
        LoginThrottle,
        tokens.directory,
        RetireUsers,
        tokens.configuration,
        Past,
        ServiceHistory,
        tokens.auditRoutes,
        tokens.webhookRoutes,
        ProjectionQueries,
        ProjectionVerifier,
        ReadProjectionsPolicy,
        tokens.checkPolicy,
      ],
    )
    .inSingletonScope();
});
