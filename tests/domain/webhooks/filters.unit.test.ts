import { describe, expect, it } from '@jest/globals';
import { isWanted, type WebhookFilters } from '../../../src/domain/webhooks/filters.js';

const all: WebhookFilters = { events: ['service.unhealthy'], tagIds: [], serviceIds: [] };
const occurrence = {
  event: 'service.unhealthy',
  serviceId: 'shop',
  tagIds: ['urgent', 'public'],
} as const;

describe('What a webhook wants to hear', () => {
  it.each([
    { wanted: true, filters: all },
    { wanted: false, filters: { ...all, events: ['service.healthy'] } },
    { wanted: true, filters: { ...all, tagIds: ['other', 'public'] } },
    { wanted: false, filters: { ...all, tagIds: ['other'] } },
    { wanted: true, filters: { ...all, serviceIds: ['other', 'shop'] } },
    { wanted: false, filters: { ...all, serviceIds: ['other'] } },
    { wanted: false, filters: { ...all, serviceIds: ['shop'], tagIds: ['other'] } },
    { wanted: false, filters: { ...all, serviceIds: ['other'], tagIds: ['public'] } },
  ] satisfies { wanted: boolean; filters: WebhookFilters }[])(
    'is decided by all its filters together: $filters, $wanted',
    ({ wanted, filters }) => expect(isWanted(filters, occurrence)).toBe(wanted),
  );
});
