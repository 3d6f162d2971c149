import { type Actor } from '../../domain/access/actor.js';
import {
  allow,
  deny,
  ownOrAny,
  type Verdict,
  withPermission,
} from '../../domain/access/verdict.js';
import { existing, type WebhookState } from '../../domain/webhooks/webhook.js';
import { type CommandPolicy, type PolicyRequest } from '../command.js';

type Request = PolicyRequest<unknown, WebhookState, undefined>;

export class CreateWebhookPolicy implements CommandPolicy<unknown, WebhookState, undefined> {
  decide(actor: Actor): Verdict {
    return withPermission(actor, 'webhooks:manage');
  }
}

export class ChangeWebhookPolicy implements CommandPolicy<unknown, WebhookState, undefined> {
  decide(actor: Actor, { state }: Request): Verdict {
    return ownOrAny(actor, 'webhooks:manage', existing(state).ownerId);
  }
}

/** Whoever may change a webhook may also try it, enable it and take it away. */
export class RotateWebhookSecretPolicy extends ChangeWebhookPolicy {}

export class EnableWebhookPolicy extends ChangeWebhookPolicy {}

export class DeleteWebhookPolicy extends ChangeWebhookPolicy {}

export class TestWebhookPolicy extends ChangeWebhookPolicy {}

export class RetryDeliveryPolicy extends ChangeWebhookPolicy {}

/** Giving a webhook up is what follows from its failures: nobody else says so. */
export class DisableWebhookPolicy implements CommandPolicy<unknown, WebhookState, undefined> {
  decide(actor: Actor): Verdict {
    return actor.kind === 'process'
      ? allow(`process ${actor.id}`)
      : deny('Insufficient permissions');
  }
}
