import { type WebhookFilters } from './filters.js';

/** What people decided about a webhook, and that it was given up. What it was sent is told elsewhere. */
export type WebhookEvent =
  | WebhookEventOf<'WebhookCreated', { ownerId: string; url: string; filters: WebhookFilters }>
  | WebhookEventOf<'WebhookRetargeted', { ownerId: string; url: string }>
  | WebhookEventOf<'WebhookFiltersChanged', { filters: WebhookFilters }>
  | WebhookEventOf<'WebhookSecretRotated', object>
  | WebhookEventOf<'WebhookDisabled', { reason: DisablingReason; since: string }>
  | WebhookEventOf<'WebhookEnabled', object>
  | WebhookEventOf<'WebhookDeleted', object>;

/** `failing`: nothing got through for long; `gone`: the receiver said that it is there no more (HTTP 410). */
export const disablingReasons = ['failing', 'gone'] as const;
export type DisablingReason = (typeof disablingReasons)[number];

interface WebhookEventOf<Type extends string, Data extends object> {
  readonly type: Type;
  readonly data: Readonly<{ webhookId: string } & Data>;
}
