import { ContainerModule } from 'inversify';
import { checkPolicy, webhookPolicy } from '../outbound/address-policy.js';
import { createLookup } from '../outbound/name-lookup.js';
import { OwnEndpoints } from '../outbound/own-endpoints.js';
import { type Configuration } from '../platform/configuration.js';
import { databaseEndpoint } from '../platform/postgres.js';
import { tokens } from './tokens.js';

/** Which addresses checks and webhooks may connect to. */
export const outboundModule = new ContainerModule(({ bind }) => {
  bind(tokens.checkPolicy)
    .toResolvedValue(
      (own, { checkAllowCidrs, checkDenyCidrs, allowLoopbackChecks }) =>
        checkPolicy({
          own,
          allowCidrs: checkAllowCidrs,
          denyCidrs: checkDenyCidrs,
          allowLoopback: allowLoopbackChecks,
        }),
      [tokens.ownEndpoints, tokens.configuration],
    )
    .inSingletonScope();
  bind(tokens.webhookPolicy)
    .toResolvedValue(
      (own, { allowPrivateWebhooks }) => webhookPolicy({ own, allowPrivate: allowPrivateWebhooks }),
      [tokens.ownEndpoints, tokens.configuration],
    )
    .inSingletonScope();
});

/** Where the database and the event store are: no check and no webhook may go there. */
export async function findOwnEndpoints(
  { eventStore }: Pick<Configuration, 'eventStore'>,
  databaseUrl: string,
): Promise<OwnEndpoints> {
  const stores = eventStore?.hosts.map(({ address, port }) => ({ host: address, port })) ?? [];
  const own = new OwnEndpoints([databaseEndpoint(databaseUrl), ...stores], createLookup());
  await own.refresh();
  return own;
}
