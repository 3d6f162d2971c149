import { webhooks } from '../commands/aggregates.js';
import { type DomainEvent, type EventType } from '../domain/events.js';
import { isWanted, type Occurrence } from '../domain/webhooks/filters.js';
import { type Webhook, type WebhookState } from '../domain/webhooks/webhook.js';

/**
 * The webhooks there are, as they were when an event happened: it is kept by going along the log. So whoever follows the
 * log, and whenever, finds the same webhooks for the same event.
 */
export class WebhookRoster {
  private readonly there = new Map<string, Webhook>();

  apply(event: DomainEvent): void {
    if (!('webhookId' in event.data)) return;
    const { webhookId } = event.data;
    const known = this.there.get(webhookId);
    const before: WebhookState = known ? { status: 'there', ...known } : webhooks.initial;
    const after = webhooks.evolve(before, event);
    if (after.status === 'there') this.there.set(webhookId, after);
    else this.there.delete(webhookId);
  }

  get isEmpty(): boolean {
    return this.there.size === 0;
  }

  wanting(occurrence: Occurrence): readonly string[] {
    return [...this.there.values()]
      .filter(({ disabled, filters }) => disabled === null && isWanted(filters, occurrence))
      .map(({ id }) => id);
  }
}

export const webhookTypes = [
  'WebhookCreated',
  'WebhookRetargeted',
  'WebhookFiltersChanged',
  'WebhookSecretRotated',
  'WebhookDisabled',
  'WebhookEnabled',
  'WebhookDeleted',
] as const satisfies readonly EventType[];
