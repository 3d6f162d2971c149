import { type DomainEvent } from '../domain/events.js';
import { type ServiceHealthEvent } from '../domain/health/events.js';
import { health as healthDecider } from '../domain/health/health.js';
import { claim, type ClaimEvent } from '../domain/names/claim.js';
import { type ProjectionEvent } from '../domain/projections/events.js';
import { projectionControl } from '../domain/projections/projection-control.js';
import { type RoleEvent } from '../domain/roles/events.js';
import { role } from '../domain/roles/role.js';
import { type ServiceEvent } from '../domain/services/events.js';
import { service } from '../domain/services/service.js';
import { type TagEvent } from '../domain/tags/events.js';
import { tag } from '../domain/tags/tag.js';
import { type SuperuserRosterEvent, type UserEvent } from '../domain/users/events.js';
import { superuserRoster } from '../domain/users/superuser-roster.js';
import { user } from '../domain/users/user.js';
import { type WebhookEvent } from '../domain/webhooks/events.js';
import { webhook } from '../domain/webhooks/webhook.js';
import { aggregate } from './aggregate.js';

export const services = aggregate(
  service,
  (event: DomainEvent): event is ServiceEvent => 'serviceId' in event.data && !isOfHealth(event),
);

export const health = aggregate(healthDecider, isOfHealth);

export const tags = aggregate(tag, (event: DomainEvent): event is TagEvent =>
  event.type.startsWith('Tag'),
);

export const users = aggregate(
  user,
  (event: DomainEvent): event is UserEvent => 'userId' in event.data && !isRosterEvent(event),
);

export const roster = aggregate(superuserRoster, isRosterEvent);

export const roles = aggregate(role, (event: DomainEvent): event is RoleEvent =>
  event.type.startsWith('Role'),
);

export const projections = aggregate(
  projectionControl,
  (event: DomainEvent): event is ProjectionEvent => event.type.startsWith('Projection'),
);

export const webhooks = aggregate(
  webhook,
  (event: DomainEvent): event is WebhookEvent => 'webhookId' in event.data,
);

export const claims = aggregate(
  claim,
  (event: DomainEvent): event is ClaimEvent => 'holderId' in event.data,
);

function isRosterEvent(event: DomainEvent): event is SuperuserRosterEvent {
  return event.type === 'SuperuserEnlisted' || event.type === 'SuperuserDischarged';
}

function isOfHealth(event: DomainEvent): event is ServiceHealthEvent {
  return event.type === 'ServiceHealthChanged';
}
