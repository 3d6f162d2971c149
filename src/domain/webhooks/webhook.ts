import { type Decider } from '../decider.js';
import { alreadyExists, invalid, notFound } from '../domain-error.js';
import { type DisablingReason, type WebhookEvent } from './events.js';
import { areSame, type WebhookFilters } from './filters.js';
import { receiverProblem } from './receiver.js';

export type WebhookState =
  { readonly status: 'unborn' | 'deleted' } | ({ readonly status: 'there' } & Webhook);

export interface Webhook {
  readonly id: string;
  readonly ownerId: string;
  readonly url: string;
  readonly filters: WebhookFilters;
  readonly disabled: Disabled | null;
}

export interface Disabled {
  readonly reason: DisablingReason;
  /** Since when nothing got through: UTC, ISO 8601 with milliseconds. */
  readonly since: string;
}

export type WebhookCommand =
  | {
      readonly type: 'CreateWebhook';
      readonly webhookId: string;
      readonly ownerId: string;
      readonly url: string;
      readonly filters: WebhookFilters;
    }
  | {
      readonly type: 'ChangeWebhook';
      readonly url?: string | undefined;
      readonly filters?: Partial<WebhookFilters> | undefined;
    }
  | { readonly type: 'RotateWebhookSecret' }
  | ({ readonly type: 'DisableWebhook' } & Disabled)
  | { readonly type: 'EnableWebhook' }
  | { readonly type: 'DeleteWebhook' };

export const webhook: Decider<WebhookState, WebhookCommand, WebhookEvent> = {
  initial: { status: 'unborn' },

  evolve(state, event) {
    if (event.type === 'WebhookCreated') {
      const { webhookId, ownerId, url, filters } = event.data;
      return { status: 'there', id: webhookId, ownerId, url, filters, disabled: null };
    }
    if (state.status !== 'there') return state;
    switch (event.type) {
      case 'WebhookRetargeted':
        return { ...state, url: event.data.url };
      case 'WebhookFiltersChanged':
        return { ...state, filters: event.data.filters };
      case 'WebhookSecretRotated':
        return state;
      case 'WebhookDisabled': {
        const { reason, since } = event.data;
        return { ...state, disabled: { reason, since } };
      }
      case 'WebhookEnabled':
        return { ...state, disabled: null };
      case 'WebhookDeleted':
        return { status: 'deleted' };
    }
  },

  decide(command, state) {
    if (command.type === 'CreateWebhook') {
      if (state.status !== 'unborn') throw alreadyExists();
      const { webhookId, ownerId, url, filters } = command;
      requireReceiver(url);
      return [{ type: 'WebhookCreated', data: { webhookId, ownerId, url, filters } }];
    }
    const { id: webhookId, disabled } = existing(state);
    switch (command.type) {
      case 'ChangeWebhook':
        return changes(existing(state), command);
      case 'RotateWebhookSecret':
        return [{ type: 'WebhookSecretRotated', data: { webhookId } }];
      case 'DisableWebhook': {
        const { reason, since } = command;
        return disabled === null
          ? [{ type: 'WebhookDisabled', data: { webhookId, reason, since } }]
          : [];
      }
      case 'EnableWebhook':
        return disabled === null ? [] : [{ type: 'WebhookEnabled', data: { webhookId } }];
      case 'DeleteWebhook':
        return [{ type: 'WebhookDeleted', data: { webhookId } }];
    }
  },
};

/** @throws DomainError `webhook-not-found` for a webhook that never was, or is no more. */
export function existing(state: WebhookState): Webhook {
  if (state.status !== 'there') throw notFound.webhook();
  return state;
}

function changes(
  { id: webhookId, ownerId, url, filters }: Webhook,
  wanted: { url?: string | undefined; filters?: Partial<WebhookFilters> | undefined },
): WebhookEvent[] {
  const events: WebhookEvent[] = [];
  if (wanted.url !== undefined && wanted.url !== url) {
    requireReceiver(wanted.url);
    events.push({ type: 'WebhookRetargeted', data: { webhookId, ownerId, url: wanted.url } });
  }
  const then = { ...filters, ...wanted.filters };
  if (!areSame(then, filters))
    events.push({ type: 'WebhookFiltersChanged', data: { webhookId, filters: then } });
  return events;
}

function requireReceiver(url: string): void {
  const problem = receiverProblem(url);
  if (problem !== undefined) throw invalid('url', problem);
}
