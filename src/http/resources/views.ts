import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.js';
import { outcomes } from '../../domain/health/outcome.js';
import { serviceTypes } from '../../domain/services/target.js';
import { disablingReasons } from '../../domain/webhooks/events.js';
import { notifiedEvents } from '../../domain/webhooks/notified-event.js';
import { rebuildKinds, rebuildStages } from '../../queries/projections/projection-queries.js';
import { deliveryOutcomes } from '../../queries/webhooks/delivery-queries.js';
import { wire } from '../wire.js';

/** What resources look like in answers: for the OpenAPI document, and for the tests that hold the answers to it. */

const times = { created_at: wire.timestamp, updated_at: wire.timestamp.nullable() };

export const TagView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  color: z.string(),
  created_by_id: z.uuid(),
  ...times,
  service_count: z.int(),
});

export const ServiceView = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  url: z.string(),
  type: z.enum(serviceTypes),
  interval_seconds: z.int(),
  timeout_ms: z.int(),
  failure_threshold: z.int(),
  success_threshold: z.int(),
  degraded_above_ms: z.int().nullable(),
  expect: z.record(z.string(), z.unknown()),
  status: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  status_since: wire.timestamp.nullable(),
  last_checked_at: wire.timestamp.nullable(),
  latency_ms: z.int().nullable(),
  paused: z.boolean(),
  user_id: z.uuid(),
  version: z.int(),
  ...times,
  tags: z.array(TagView.pick({ id: true, name: true, color: true })),
});

export const CheckView = z.strictObject({
  id: z.uuid(),
  service_id: z.uuid(),
  checked_at: wire.timestamp.meta({ description: 'When it was started' }),
  outcome: z.enum(outcomes).meta({ description: '`unknown`: it could not be checked' }),
  code: z.string().meta({ description: 'For machines, such as `connect_refused`' }),
  message: z.string().meta({ description: 'For people' }),
  latency_ms: z.int().nullable(),
  timings: z.record(z.string(), z.number()).meta({ description: 'In ms' }),
  details: z.record(z.string(), z.unknown()),
});

export const UptimeView = z.strictObject({
  from: wire.timestamp,
  to: wire.timestamp,
  uptime: z.number().nullable().meta({
    description: 'From 0 to 1: of the time in which its health was known; null when it never was',
  }),
  checks: z.int().meta({ description: 'Made in that time, whatever they came to' }),
  failures: z.int().meta({ description: 'Checks that found it down' }),
  slow: z.int(),
  unknown: z.int().meta({ description: 'Checks that could not be made' }),
  downtime_seconds: z.number(),
  unknown_seconds: z.number().meta({ description: 'In which nobody could tell how it was' }),
  maintenance_seconds: z.number().meta({ description: 'In which it was paused' }),
  latency_ms: z.strictObject({
    p50: z.number().nullable(),
    p95: z.number().nullable(),
    p99: z.number().nullable(),
  }),
});

export const WebhookView = z.strictObject({
  id: z.uuid(),
  user_id: z.uuid(),
  url: z.string(),
  events: z.array(z.enum(notifiedEvents)),
  tags: z.array(z.uuid()).meta({ description: 'Of services that have any of these; none: all' }),
  services: z.array(z.uuid()).meta({ description: 'Of these services only; none: all' }),
  enabled: z.boolean(),
  disabled: z
    .strictObject({ reason: z.enum(disablingReasons), since: wire.timestamp })
    .nullable()
    .meta({ description: 'Why it was given up, and since when nothing got through' }),
  ...times,
});

/** Where the secret was made. */
export const WebhookWithSecretView = WebhookView.extend({
  secret: z.string().meta({ description: 'The key of the signatures; it is shown here only' }),
});

export const DeliveryView = z.strictObject({
  id: z.uuid(),
  webhook_id: z.uuid(),
  event_id: z.uuid().meta({ description: 'As in the header Idempotency-Key' }),
  event: z.string(),
  is_test: z.boolean(),
  service_id: z.uuid().nullable(),
  outcome: z.enum(deliveryOutcomes),
  attempts: z.int(),
  next_attempt_at: wire.timestamp.nullable(),
  attempted_at: wire.timestamp.nullable(),
  status_code: z.int().nullable(),
  latency_ms: z.int().nullable().meta({ description: 'Of the last attempt' }),
  code: z.string().nullable().meta({ description: 'Such as status_503 or timeout' }),
  message: z.string().nullable(),
  excerpt: z.string().nullable().meta({ description: 'The beginning of the answer' }),
  created_at: wire.timestamp,
  ended_at: wire.timestamp.nullable(),
});

export const UserView = z.strictObject({
  id: z.uuid(),
  email: z.string(),
  full_name: z.string().nullable(),
  role: z.string(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  ...times,
  permissions: z.array(z.enum(permissions)),
});

export const RoleView = z.strictObject({
  name: z.string(),
  permissions: z.array(z.enum(permissions)),
  built_in: z.boolean(),
  ...times,
});

/** One thing that happened to a service. */
export const ServiceEventView = z.strictObject({
  revision: z.int(),
  type: z.string(),
  recorded_at: wire.timestamp,
  actor: z
    .strictObject({
      kind: z.enum(['user', 'process', 'anonymous']),
      id: z.string(),
      email: z.string().nullable().meta({
        description: 'For whoever may read users, while the user is there',
      }),
    })
    .nullable()
    .meta({ description: 'null for an event that this version of Watchbook cannot read' }),
  command: z.string().nullable(),
  allowed_by: z.string().nullable().meta({ description: 'What allowed it, such as a permission' }),
  request_id: z.string().nullable(),
  correlation_id: z.string().nullable(),
  changes: z.array(z.strictObject({ field: z.string(), before: z.unknown(), after: z.unknown() })),
});

export const PermissionsView = z.strictObject({
  user_id: z.uuid(),
  role: z.string(),
  is_active: z.boolean(),
  is_superuser: z.boolean(),
  permissions: z.array(z.enum(permissions)),
});

export const RebuildView = z.strictObject({
  id: z.uuid(),
  projection: z.string(),
  kind: z.enum(rebuildKinds),
  stage: z.enum(rebuildStages),
  is_cancelled: z.boolean(),
  progress: z.number().meta({ description: 'Of the log, from 0 to 1; an estimate' }),
  events: z.int().meta({ description: 'Folded so far' }),
  events_per_second: z.int().nullable(),
  seconds: z.number().meta({ description: 'That it has taken so far' }),
  seconds_left: z.number().nullable(),
  reason: z.string().nullable().meta({ description: 'Why it failed' }),
  requested_at: wire.timestamp,
  started_at: wire.timestamp.nullable(),
  ended_at: wire.timestamp.nullable(),
});

export const ProjectionView = z.strictObject({
  name: z.string(),
  version: z.int().meta({ description: 'Of the rules that made its rows' }),
  position: z.string().meta({ description: 'In the event log, up to where it has come' }),
  state: z.enum(['running', 'stopped', 'waiting']),
  error: z
    .strictObject({ message: z.string(), position: z.string(), event_id: z.uuid() })
    .nullable()
    .meta({ description: 'The event that stopped it, and why' }),
  updated_at: wire.timestamp,
  kept: z
    .strictObject({ version: z.int(), replaced_at: wire.timestamp })
    .nullable()
    .meta({ description: 'The table before the last rebuild' }),
  lag: z.strictObject({
    events: z.int(),
    is_at_least: z.boolean().meta({ description: 'Whether there are more than were counted' }),
    seconds: z.number(),
  }),
  rebuild: RebuildView.nullable().meta({ description: 'The last one' }),
});

export const VerificationView = z.strictObject({
  projection: z.string(),
  version: z.int(),
  position: z.string().meta({ description: 'Where table and log were compared' }),
  is_equal: z.boolean(),
  rows: z.strictObject({ live: z.int(), folded: z.int() }),
  checksum: z.strictObject({ live: z.string(), folded: z.string() }),
  differing: z.int(),
  differences: z.array(
    z.strictObject({
      key: z.string(),
      kind: z.enum(['changed', 'missing', 'surplus']),
      columns: z.array(z.string()),
      last_event: z
        .strictObject({
          id: z.uuid(),
          type: z.string(),
          stream: z.string(),
          revision: z.int(),
          position: z.string(),
          recorded_at: wire.timestamp,
        })
        .nullable(),
    }),
  ),
});

export const TokensView = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int().meta({ description: 'Seconds' }),
  refresh_token: z.string(),
});
