import { type DisablingReason, type WebhookEvent } from '../../domain/webhooks/events.js';
import { type WebhookFilters } from '../../domain/webhooks/filters.js';
import { type Webhook, type WebhookState } from '../../domain/webhooks/webhook.js';
import {
  type Change,
  differences,
  phrase,
  type Phrase,
  plainly,
  type Sentences,
  telling,
} from './telling.js';

export const webhookSentences: Sentences<WebhookEvent['type'], WebhookState> = {
  WebhookCreated: ({ url, filters }) =>
    telling(phrase`created a webhook to ${{ personal: url }}`, [
      address(null, url),
      ...differences({}, onTheWire(filters)),
    ]),
  WebhookRetargeted: ({ url }, before) =>
    telling(phrase`pointed ${the(before)} to ${{ personal: url }}`, [
      address(known(before)?.url ?? null, url),
    ]),
  WebhookFiltersChanged: ({ filters }, before) => {
    const old = known(before)?.filters;
    return telling(
      phrase`changed what ${the(before)} hears of`,
      differences(old && onTheWire(old), onTheWire(filters)),
    );
  },
  WebhookSecretRotated: (_, before) => plainly(phrase`gave ${the(before)} a new secret`),
  WebhookDisabled: ({ reason, since }, before) =>
    telling(phrase`disabled ${the(before)}: ${why[reason](since)}`, [enabled(false)]),
  WebhookEnabled: (_, before) => telling(phrase`enabled ${the(before)} again`, [enabled(true)]),
  WebhookDeleted: (_, before) =>
    telling(phrase`deleted ${the(before)}`, [{ field: 'deleted', old: false, new: true }]),
};

const why: Readonly<Record<DisablingReason, (since: string) => string>> = {
  failing: (since) => `nothing got through since ${since}`,
  gone: () => 'its receiver said that it is gone',
};

function known(state: WebhookState): Webhook | undefined {
  return state.status === 'there' ? state : undefined;
}

function the(state: WebhookState): Phrase {
  const webhook = known(state);
  return webhook === undefined
    ? ['a webhook']
    : phrase`the webhook to ${{ personal: webhook.url }}`;
}

function address(old: string | null, now: string): Change {
  return { field: 'url', old, new: now, isPersonal: true };
}

function enabled(now: boolean): Change {
  return { field: 'enabled', old: !now, new: now };
}

function onTheWire({ events, tagIds, serviceIds }: WebhookFilters): object {
  return { events, tags: tagIds, services: serviceIds };
}
