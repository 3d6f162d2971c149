import { z } from 'zod';
import { permissions } from '../../domain/access/permissions.js';
import { serviceTypes } from '../../domain/services/target.js';
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

export const TokensView = z.strictObject({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  expires_in: z.int().meta({ description: 'Seconds' }),
  refresh_token: z.string(),
});
