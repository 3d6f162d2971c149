import { type ServiceHealthEvent } from './health/events.js';
import { type ClaimEvent } from './names/claim.js';
import { type ProjectionEvent } from './projections/events.js';
import { type RefusalEvent } from './refusals/events.js';
import { type RoleEvent } from './roles/events.js';
import { type ServiceEvent } from './services/events.js';
import { type TagEvent } from './tags/events.js';
import { type SuperuserRosterEvent, type UserEvent } from './users/events.js';
import { type CommandKeyEvent } from './idempotency/events.js';
import { type WebhookEvent } from './webhooks/events.js';

/** Everything that can happen in Watchbook. */
export type DomainEvent =
  | ServiceEvent
  | ServiceHealthEvent
  | TagEvent
  | UserEvent
  | SuperuserRosterEvent
  | RoleEvent
  | ClaimEvent
  | RefusalEvent
  | CommandKeyEvent
  | ProjectionEvent
  | WebhookEvent;

export type EventType = DomainEvent['type'];

export type EventOfType<Type extends EventType> = Extract<DomainEvent, { type: Type }>;
