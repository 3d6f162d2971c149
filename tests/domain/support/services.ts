import { type ServiceEvent } from '../../../src/domain/services/events.js';
import { defaultExpectation } from '../../../src/domain/services/expectation.js';
import { defaultSchedule, defaultThresholds } from '../../../src/domain/services/schedule.js';
import { type Service } from '../../../src/domain/services/service-state.js';

export const serviceId = 'shop';

export const shop: Service = {
  id: serviceId,
  ownerId: 'ada',
  name: 'Shop',
  target: { type: 'http', url: 'https://shop.example.org/health' },
  schedule: defaultSchedule,
  thresholds: defaultThresholds,
  expectation: defaultExpectation('http'),
  tagIds: [],
  paused: false,
};

/** The event that begins a service; it carries no tags, which have events of their own. */
export function registered(
  settings: Partial<Omit<Service, 'tagIds' | 'paused'>> = {},
): ServiceEvent {
  const { id, ownerId, name, target, schedule, thresholds, expectation } = { ...shop, ...settings };
  return {
    type: 'ServiceRegistered',
    data: { serviceId: id, ownerId, name, target, schedule, thresholds, expectation },
  };
}

export function tagged(...tagIds: string[]): ServiceEvent[] {
  return tagIds.map((tagId) => ({ type: 'ServiceTagged', data: { serviceId, tagId } }));
}

export function untagged(...tagIds: string[]): ServiceEvent[] {
  return tagIds.map((tagId) => ({ type: 'ServiceUntagged', data: { serviceId, tagId } }));
}

export function tagIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `tag-${index + 1}`);
}

export const paused: ServiceEvent = { type: 'ServicePaused', data: { serviceId } };
export const resumed: ServiceEvent = { type: 'ServiceResumed', data: { serviceId } };
export const deleted: ServiceEvent = { type: 'ServiceDeleted', data: { serviceId } };
export const restored: ServiceEvent = { type: 'ServiceRestored', data: { serviceId } };
