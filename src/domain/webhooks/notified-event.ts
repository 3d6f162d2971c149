/** What webhooks can hear of: changes of a service's health, and what people do with it. */
export const healthNotifications = [
  'service.unhealthy',
  'service.degraded',
  'service.healthy',
  'service.unknown',
] as const;

export const notifiedEvents = [
  ...healthNotifications,
  'service.registered',
  'service.changed',
  'service.paused',
  'service.resumed',
  'service.deleted',
  'service.restored',
] as const;

export type NotifiedEvent = (typeof notifiedEvents)[number];
