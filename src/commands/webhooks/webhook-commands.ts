import { z } from 'zod';
import { disablingReasons } from '../../domain/webhooks/events.js';
import { existing, webhook, type WebhookState } from '../../domain/webhooks/webhook.js';
import { webhookStream } from '../../event-store/stream-id.js';
import { webhooks } from '../aggregates.js';
import { type Command, noFacts } from '../command.js';
import { uuid } from '../fields.js';
import { defaultEvents, webhookFields } from './fields.js';
import {
  ChangeWebhookPolicy,
  CreateWebhookPolicy,
  DeleteWebhookPolicy,
  DisableWebhookPolicy,
  EnableWebhookPolicy,
  RetryDeliveryPolicy,
  RotateWebhookSecretPolicy,
  TestWebhookPolicy,
} from './policies.js';

const { url, events, tagIds, serviceIds } = webhookFields;
const Create = z.strictObject({
  webhookId: uuid,
  ownerId: uuid,
  url,
  events: events.default([...defaultEvents]),
  tagIds: tagIds.default([]),
  serviceIds: serviceIds.default([]),
});
const Change = z
  .strictObject({ url, events, tagIds, serviceIds })
  .partial()
  .extend({ webhookId: uuid });
const OneWebhook = z.strictObject({ webhookId: uuid });
const OneDelivery = z.strictObject({ webhookId: uuid, deliveryId: uuid });
const Disable = z.strictObject({
  webhookId: uuid,
  reason: z.enum(disablingReasons),
  since: z.iso.datetime({ precision: 3 }),
});

type OneWebhook = z.infer<typeof OneWebhook>;

const onWebhook = {
  aggregate: webhooks,
  stream: ({ webhookId }: OneWebhook) => webhookStream(webhookId),
  facts: noFacts,
} as const;

/** What all commands on a webhook that is there have in common. */
const onExisting = {
  ...onWebhook,
  input: OneWebhook,
  mustExist: (state: WebhookState): void => void existing(state),
} as const;

export const createWebhook: Command<z.infer<typeof Create>, WebhookState, undefined> = {
  ...onWebhook,
  name: 'CreateWebhook',
  input: Create,
  policy: CreateWebhookPolicy,
  decide: ({ webhookId, ownerId, url, ...filters }, state) =>
    webhook.decide({ type: 'CreateWebhook', webhookId, ownerId, url, filters }, state),
};

export const changeWebhook: Command<z.infer<typeof Change>, WebhookState, undefined> = {
  ...onExisting,
  name: 'ChangeWebhook',
  policy: ChangeWebhookPolicy,
  input: Change,
  decide: ({ webhookId: _, url, ...filters }, state) =>
    webhook.decide({ type: 'ChangeWebhook', url, filters: defined(filters) }, state),
};

export const rotateWebhookSecret: Command<OneWebhook, WebhookState, undefined> = {
  ...onExisting,
  name: 'RotateWebhookSecret',
  policy: RotateWebhookSecretPolicy,
  decide: (_, state) => webhook.decide({ type: 'RotateWebhookSecret' }, state),
};

export const disableWebhook: Command<z.infer<typeof Disable>, WebhookState, undefined> = {
  ...onExisting,
  name: 'DisableWebhook',
  input: Disable,
  policy: DisableWebhookPolicy,
  decide: ({ reason, since }, state) =>
    webhook.decide({ type: 'DisableWebhook', reason, since }, state),
};

export const enableWebhook: Command<OneWebhook, WebhookState, undefined> = {
  ...onExisting,
  name: 'EnableWebhook',
  policy: EnableWebhookPolicy,
  decide: (_, state) => webhook.decide({ type: 'EnableWebhook' }, state),
};

export const deleteWebhook: Command<OneWebhook, WebhookState, undefined> = {
  ...onExisting,
  name: 'DeleteWebhook',
  policy: DeleteWebhookPolicy,
  decide: (_, state) => webhook.decide({ type: 'DeleteWebhook' }, state),
};

/** Changes nothing about the webhook: a command, so that a policy guards it and refusals are recorded. */
export const testWebhook: Command<OneWebhook, WebhookState, undefined> = {
  ...onExisting,
  name: 'TestWebhook',
  policy: TestWebhookPolicy,
  decide: () => [],
};

/** As `testWebhook`. */
export const retryDelivery: Command<z.infer<typeof OneDelivery>, WebhookState, undefined> = {
  ...onExisting,
  name: 'RetryDelivery',
  policy: RetryDeliveryPolicy,
  input: OneDelivery,
  decide: () => [],
};

type Filters = Pick<z.infer<typeof Change>, 'events' | 'tagIds' | 'serviceIds'>;

/** What was not sent must stay as it is. */
function defined({
  events,
  tagIds,
  serviceIds,
}: Filters): Partial<Omit<z.infer<typeof Create>, 'webhookId' | 'ownerId' | 'url'>> {
  return {
    ...(events !== undefined && { events }),
    ...(tagIds !== undefined && { tagIds }),
    ...(serviceIds !== undefined && { serviceIds }),
  };
}
