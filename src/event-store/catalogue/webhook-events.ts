import { z } from 'zod';
import { disablingReasons, type WebhookEvent } from '../../domain/webhooks/events.js';
import { notifiedEvents } from '../../domain/webhooks/notified-event.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const webhookId = id;
const only = z.strictObject({ webhookId });
const filters = z.strictObject({
  events: z.array(z.enum(notifiedEvents)).readonly(),
  tagIds: z.array(id).readonly(),
  serviceIds: z.array(id).readonly(),
});

/** An address may be somebody's mailbox, or hold a token: it is as personal as the name of its owner. */
const personal = { of: 'ownerId', fields: ['url'] } as const;

export const webhookEvents: EventDefinitions<WebhookEvent> = {
  WebhookCreated: {
    version: 1,
    data: z.strictObject({ webhookId, ownerId: id, url: text(2000), filters }),
    personal,
  },
  WebhookRetargeted: {
    version: 1,
    data: z.strictObject({ webhookId, ownerId: id, url: text(2000) }),
    personal,
  },
  WebhookFiltersChanged: { version: 1, data: z.strictObject({ webhookId, filters }) },
  WebhookSecretRotated: { version: 1, data: only },
  WebhookDisabled: {
    version: 1,
    data: z.strictObject({
      webhookId,
      reason: z.enum(disablingReasons),
      since: z.iso.datetime({ precision: 3 }),
    }),
  },
  WebhookEnabled: { version: 1, data: only },
  WebhookDeleted: { version: 1, data: only },
};
