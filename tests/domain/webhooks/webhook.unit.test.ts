import { describe, expect, it } from '@jest/globals';
import { fold } from '../../../src/domain/decider.js';
import { type WebhookEvent } from '../../../src/domain/webhooks/events.js';
import { type WebhookFilters } from '../../../src/domain/webhooks/filters.js';
import { webhook, type WebhookCommand } from '../../../src/domain/webhooks/webhook.js';
import { given } from '../support/specification.js';

const webhookId = 'hook';
const url = 'https://hooks.example.org/in';
const filters: WebhookFilters = {
  events: ['service.unhealthy', 'service.healthy'],
  tagIds: ['urgent'],
  serviceIds: [],
};
const since = '2026-03-03T12:00:00.000Z';
const created: WebhookEvent = {
  type: 'WebhookCreated',
  data: { webhookId, ownerId: 'ada', url, filters },
};
const disabled: WebhookEvent = {
  type: 'WebhookDisabled',
  data: { webhookId, reason: 'failing', since },
};
const enabled: WebhookEvent = { type: 'WebhookEnabled', data: { webhookId } };
const deleted: WebhookEvent = { type: 'WebhookDeleted', data: { webhookId } };

describe('Creating a webhook', () => {
  const create = { type: 'CreateWebhook', webhookId, ownerId: 'ada', url, filters } as const;

  it('tells all about it', () => given(webhook).when(create).then([created]));

  it('leads to one that is enabled', () =>
    expect(fold(webhook, [created])).toStrictEqual({
      status: 'there',
      id: webhookId,
      ownerId: 'ada',
      url,
      filters,
      disabled: null,
    }));

  it('is refused where it could not be sent to', () =>
    given(webhook)
      .when({ ...create, url: 'ftp://example.org' })
      .thenRefused('invalid-fields', 'url'));

  it('is refused under an id that was used', () => {
    given(webhook, [created]).when(create).thenRefused('already-exists');
    given(webhook, [created, deleted]).when(create).thenRefused('already-exists');
  });
});

describe('Changing a webhook', () => {
  it('points it elsewhere', () =>
    given(webhook, [created])
      .when({ type: 'ChangeWebhook', url: 'mailto:ada@example.org' })
      .then([
        {
          type: 'WebhookRetargeted',
          data: { webhookId, ownerId: 'ada', url: 'mailto:ada@example.org' },
        },
      ]));

  it('changes one filter and keeps the others', () =>
    given(webhook, [created])
      .when({ type: 'ChangeWebhook', filters: { serviceIds: ['shop'] } })
      .then([
        {
          type: 'WebhookFiltersChanged',
          data: { webhookId, filters: { ...filters, serviceIds: ['shop'] } },
        },
      ]));

  it.each([
    {},
    { url },
    { filters: {} },
    { filters },
    { filters: { events: ['service.healthy', 'service.unhealthy'] } },
  ] as const)('says nothing when %j holds already', (changes) =>
    given(webhook, [created])
      .when({ type: 'ChangeWebhook', ...changes })
      .thenNothing(),
  );

  it('is refused where it could not be sent to', () =>
    given(webhook, [created])
      .when({ type: 'ChangeWebhook', url: 'mailto:' })
      .thenRefused('invalid-fields', 'url'));
});

describe('Disabling and enabling a webhook', () => {
  it('says why, and since when', () =>
    given(webhook, [created])
      .when({ type: 'DisableWebhook', reason: 'failing', since })
      .then([disabled]));

  it('says so once', () =>
    given(webhook, [created, disabled])
      .when({ type: 'DisableWebhook', reason: 'gone', since })
      .thenNothing());

  it('enables it again', () =>
    given(webhook, [created, disabled]).when({ type: 'EnableWebhook' }).then([enabled]));

  it('says nothing when it is enabled', () => {
    given(webhook, [created]).when({ type: 'EnableWebhook' }).thenNothing();
    given(webhook, [created, disabled, enabled]).when({ type: 'EnableWebhook' }).thenNothing();
  });
});

describe('The secret of a webhook', () => {
  it('is not in the event that tells of a new one', () =>
    given(webhook, [created])
      .when({ type: 'RotateWebhookSecret' })
      .then([{ type: 'WebhookSecretRotated', data: { webhookId } }]));
});

describe('A webhook that is no more', () => {
  const commands: WebhookCommand[] = [
    { type: 'ChangeWebhook' },
    { type: 'RotateWebhookSecret' },
    { type: 'DisableWebhook', reason: 'gone', since },
    { type: 'EnableWebhook' },
    { type: 'DeleteWebhook' },
  ];

  it('was deleted', () =>
    given(webhook, [created]).when({ type: 'DeleteWebhook' }).then([deleted]));

  it.each(commands)('is not found by $type, nor is one that never was', (command) => {
    given(webhook, [created, deleted]).when(command).thenRefused('webhook-not-found');
    given(webhook).when(command).thenRefused('webhook-not-found');
  });

  it('stays so, whatever comes late', () =>
    expect(fold(webhook, [created, deleted, enabled, disabled])).toStrictEqual({
      status: 'deleted',
    }));
});
