import { describe, expect, it } from '@jest/globals';
import { type WebhookEvent } from '../../src/domain/webhooks/events.js';
import { WebhookView } from '../../src/http/resources/views.js';
import { type WebhookRow, webhooks } from '../../src/projections/webhooks.js';
import { examples, ids } from './support/examples.js';
import { completed, history, rowAfter, rowOf, timeOf } from './support/history.js';

const { WebhookCreated: created, WebhookDisabled: disabled, WebhookDeleted: deleted } = examples;
const { webhookId, userId, tagId, serviceId } = ids;
const updated = { updated_at: timeOf(1), revision: 1 };

const changes: { readonly [Type in WebhookEvent['type']]?: Partial<WebhookRow> } = {
  WebhookRetargeted: { url: 'mailto:ada@example.org' },
  WebhookFiltersChanged: {
    events: ['service.healthy'],
    tag_ids: [tagId],
    service_ids: [serviceId],
  },
  WebhookSecretRotated: {},
  WebhookDisabled: { disabled_reason: 'failing', disabled_since: '2026-03-03T12:00:00.000Z' },
  WebhookEnabled: { disabled_reason: null, disabled_since: null },
};

describe('The row of a webhook', () => {
  it('given a webhook was created, then it is what was created', () => {
    expect(rowOf(webhooks, [created])).toEqual({
      id: webhookId,
      user_id: userId,
      url: 'https://hooks.example.org/in',
      events: ['service.unhealthy'],
      tag_ids: [],
      service_ids: [],
      disabled_reason: null,
      disabled_since: null,
      revision: 0,
      created_at: timeOf(0),
      updated_at: null,
    });
  });

  it.each([
    examples.WebhookRetargeted,
    examples.WebhookFiltersChanged,
    examples.WebhookSecretRotated,
    examples.WebhookDisabled,
    examples.WebhookEnabled,
  ])('given a webhook, when $type, then that alone is different', (event) => {
    const [before, after] = [rowOf(webhooks, [created]), rowOf(webhooks, [created], [event])];

    expect(changes[event.type]).toBeDefined();
    expect(after).toEqual({ ...before, ...changes[event.type], ...updated });
  });

  it('given a webhook, when it is deleted, then its row ends, whatever comes after', () => {
    expect(rowAfter(webhooks, history([created], [deleted]))).toBeNull();
    expect(rowAfter(webhooks, history([created], [deleted], [disabled]))).toBeUndefined();
  });

  it('given it is enabled or disabled, then its view is the public one', () => {
    for (const row of [rowOf(webhooks, [created]), rowOf(webhooks, [created], [disabled])])
      expect(WebhookView.safeParse(completed(webhooks, row)).error).toBeUndefined();
  });
});
