/** The name of a stream: what it is about, and which one. */
export type StreamId = `${StreamCategory}-${string}`;

export type StreamCategory =
  | 'service'
  | 'tag'
  | 'user'
  | 'role'
  | 'webhook'
  | 'claim'
  | 'roster'
  | 'refusals'
  | 'command'
  | 'projection';

export const serviceStream = (id: string): StreamId => `service-${id}`;
/** What the monitor observes, apart from what people decide: an outage never makes a person's edit conflict. */
export const healthStream = (serviceId: string): StreamId => `service-health-${serviceId}`;
export const tagStream = (id: string): StreamId => `tag-${id}`;
export const userStream = (id: string): StreamId => `user-${id}`;
export const roleStream = (name: string): StreamId => `role-${name}`;
export const webhookStream = (id: string): StreamId => `webhook-${id}`;
export const superuserRosterStream: StreamId = 'roster-superusers';
export const projectionStream = (name: string): StreamId => `projection-${name}`;
export const refusalsStream = (actorId: string): StreamId => `refusals-${actorId}`;
