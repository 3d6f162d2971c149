import { ContainerModule } from 'inversify';
import { CommandBus } from '../commands/command-bus.js';
import { StateReader } from '../commands/state-reader.js';
import { receiverOf } from '../domain/webhooks/receiver.js';
import { Commanding } from '../http/commanding.js';
import { Querying } from '../http/querying.js';
import { deliveryRoutes } from '../http/resources/deliveries.js';
import { webhookRoutes } from '../http/resources/webhooks.js';
import { Announcer } from '../notifications/announcer.js';
import { Deliverer } from '../notifications/deliverer.js';
import { Deliveries } from '../notifications/deliveries.js';
import { DeliveryDesk } from '../notifications/delivery-desk.js';
import { Failures } from '../notifications/failures.js';
import { HttpSender } from '../notifications/http-sender.js';
import { JobQueue } from '../notifications/job-queue.js';
import { JobRunner } from '../notifications/job-runner.js';
import { MailSender } from '../notifications/mail-sender.js';
import { Scene } from '../notifications/scene.js';
import { WebhookSecrets } from '../notifications/webhook-secrets.js';
import { type AddressPolicy } from '../outbound/address-policy.js';
import { knownProblem } from '../outbound/what-can-be-known.js';
import { DeliveryQueries } from '../queries/webhooks/delivery-queries.js';
import { WebhookQueries } from '../queries/webhooks/webhook-queries.js';
import { ReaderCheckpoint } from '../platform/reader-checkpoint.js';
import { tokens } from './tokens.js';

/** From events to webhooks and mailboxes. */
export const notificationsModule = new ContainerModule(({ bind }) => {
  bind(JobQueue)
    .toResolvedValue((pool, log) => new JobQueue(pool, log), [tokens.pool, tokens.log])
    .inSingletonScope();
  bind(Deliveries)
    .toResolvedValue((pool, jobs) => new Deliveries(pool, jobs), [tokens.pool, JobQueue])
    .inSingletonScope();
  bind(DeliveryDesk)
    .toResolvedValue((deliveries) => new DeliveryDesk(deliveries), [Deliveries])
    .inSingletonScope();
  bind(WebhookSecrets)
    .toResolvedValue((pool) => new WebhookSecrets(pool), [tokens.pool])
    .inSingletonScope();
  bind(Failures)
    .toResolvedValue((pool) => new Failures(pool), [tokens.pool])
    .inSingletonScope();
  bind(Scene)
    .toResolvedValue((store, read) => new Scene(store, read), [tokens.eventStore, StateReader])
    .inSingletonScope();
  bind(Announcer)
    .toResolvedValue(
      (store, pool, scene, deliveries, failures, secrets, { publicUrl }, log) =>
        new Announcer({
          checkpoint: new ReaderCheckpoint(pool, 'process:notifications'),
          store,
          scene,
          deliveries,
          failures,
          secrets,
          publicUrl,
          log,
        }),
      [
        tokens.eventStore,
        tokens.pool,
        Scene,
        Deliveries,
        Failures,
        WebhookSecrets,
        tokens.configuration,
        tokens.log,
      ],
    )
    .inSingletonScope();
  bind(Deliverer)
    .toResolvedValue(
      (bus, directory, scene, deliveries, failures, secrets, policy, { mail }) =>
        new Deliverer({
          bus,
          directory,
          scene,
          deliveries,
          failures,
          secrets,
          http: new HttpSender(policy),
          mail: mail && new MailSender(mail),
        }),
      [
        CommandBus,
        tokens.directory,
        Scene,
        Deliveries,
        Failures,
        WebhookSecrets,
        tokens.webhookPolicy,
        tokens.configuration,
      ],
    )
    .inSingletonScope();
  bind(JobRunner)
    .toResolvedValue(
      (jobs, deliverer, log) => new JobRunner(jobs, (job) => deliverer.work(job), log),
      [JobQueue, Deliverer, tokens.log],
    )
    .inSingletonScope();
  bind(DeliveryQueries)
    .toResolvedValue((database) => new DeliveryQueries(database), [tokens.database])
    .inSingletonScope();
  bind(tokens.webhookRoutes)
    .toResolvedValue(
      (commanding, querying, webhooks, deliveries, secrets, desk, policy, { mail }) => [
        ...webhookRoutes({
          commanding,
          querying,
          webhooks,
          secrets,
          receiverProblem: (url) => problemWith(url, policy, mail !== undefined),
        }),
        ...deliveryRoutes({ commanding, querying, webhooks, deliveries, desk }),
      ],
      [
        Commanding,
        Querying,
        WebhookQueries,
        DeliveryQueries,
        WebhookSecrets,
        DeliveryDesk,
        tokens.webhookPolicy,
        tokens.configuration,
      ],
    )
    .inSingletonScope();
});

/** Why nothing can be sent to an address from here, as far as that is known before it is tried. */
function problemWith(url: string, policy: AddressPolicy, sendsMail: boolean): string | undefined {
  const receiver = receiverOf(url);
  switch (receiver?.kind) {
    case 'mail':
      return sendsMail ? undefined : 'No mail can be sent from here: SMTP_URL is not configured';
    case 'http':
      return knownProblem(policy, receiver.url)?.problem;
    case undefined:
      // The domain says what is wrong with it.
      return undefined;
  }
}
