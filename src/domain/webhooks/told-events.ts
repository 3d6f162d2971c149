import { type DomainEvent, type EventType } from '../events.js';
import { type NotifiedEvent } from './notified-event.js';

/** The types of events that are told; of all others, webhooks hear nothing. */
export const toldTypes = [
  'ServiceHealthChanged',
  'ServiceRegistered',
  'ServiceRenamed',
  'ServiceRetargeted',
  'ServiceRescheduled',
  'ServiceThresholdsChanged',
  'ServiceExpectationChanged',
  'ServiceTagged',
  'ServiceUntagged',
  'ServiceTransferred',
  'ServicePaused',
  'ServiceResumed',
  'ServiceDeleted',
  'ServiceRestored',
] as const satisfies readonly EventType[];

/** What webhooks call an event; `undefined` for one they hear nothing of. */
export function notificationOf(
  event: DomainEvent,
): { readonly event: NotifiedEvent; readonly serviceId: string } | undefined {
  switch (event.type) {
    case 'ServiceHealthChanged':
      return { event: `service.${event.data.to}`, serviceId: event.data.serviceId };
    case 'ServiceRegistered':
      return { event: 'service.registered', serviceId: event.data.serviceId };
    case 'ServiceRenamed':
    case 'ServiceRetargeted':
    case 'ServiceRescheduled':
    case 'ServiceThresholdsChanged':
    case 'ServiceExpectationChanged':
    case 'ServiceTagged':
    case 'ServiceUntagged':
    case 'ServiceTransferred':
      return { event: 'service.changed', serviceId: event.data.serviceId };
    case 'ServicePaused':
      return { event: 'service.paused', serviceId: event.data.serviceId };
    case 'ServiceResumed':
      return { event: 'service.resumed', serviceId: event.data.serviceId };
    case 'ServiceDeleted':
      return { event: 'service.deleted', serviceId: event.data.serviceId };
    case 'ServiceRestored':
      return { event: 'service.restored', serviceId: event.data.serviceId };
    default:
      return undefined;
  }
}
