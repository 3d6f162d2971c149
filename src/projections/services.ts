import { z } from 'zod';
import { type Expectation } from '../domain/services/expectation.js';
import { type RecordedEvent } from '../event-store/event-store.js';
import { openJson, timestamp } from './columns.js';
import { ignored } from './ignored.js';
import { type Projection } from './projection.js';

export const ServiceRow = z.object({
  id: z.string(),
  user_id: z.string(),
  name: z.string(),
  type: z.string(),
  url: z.string(),
  interval_seconds: z.int(),
  timeout_ms: z.int(),
  failure_threshold: z.int(),
  success_threshold: z.int(),
  degraded_above_ms: z.int().nullable(),
  expect: z.json(),
  tag_ids: z.array(z.string()),
  paused: z.boolean(),
  status: z.string(),
  status_since: timestamp.nullable(),
  revision: z.int(),
  /** Of the last event of its health stream; -1 before there is one. */
  health_revision: z.int(),
  created_by_command: z.string(),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
  /** A deleted service keeps its row, so that it can be restored; no query shows it. */
  deleted: z.boolean(),
});
export type ServiceRow = z.infer<typeof ServiceRow>;

export const services: Projection<ServiceRow> = {
  name: 'services',
  version: 2,
  row: ServiceRow,
  key: 'id',
  columns: {
    id: 'uuid',
    user_id: 'uuid',
    name: 'text',
    type: 'text',
    url: 'text',
    interval_seconds: 'integer',
    timeout_ms: 'integer',
    failure_threshold: 'integer',
    success_threshold: 'integer',
    degraded_above_ms: 'integer',
    expect: 'json',
    tag_ids: 'uuid[]',
    paused: 'boolean',
    status: 'text',
    status_since: 'timestamptz',
    revision: 'integer',
    health_revision: 'integer',
    created_by_command: 'uuid',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
    deleted: 'boolean',
  },
  indexes: [
    'CREATE INDEX ON TABLE (user_id) WHERE NOT deleted',
    'CREATE INDEX ON TABLE (created_at, id) WHERE NOT deleted',
    'CREATE INDEX ON TABLE (lower(name), id) WHERE NOT deleted',
    'CREATE INDEX ON TABLE USING gin (tag_ids) WHERE NOT deleted',
  ],

  keyOf: ({ event }) => ('serviceId' in event.data ? event.data.serviceId : undefined),
  openView: view,

  on: {
    ServiceRegistered: (_, data, { revision, recordedAt, metadata }) => ({
      id: data.serviceId,
      user_id: data.ownerId,
      name: data.name,
      type: data.target.type,
      url: data.target.url,
      interval_seconds: data.schedule.intervalSeconds,
      timeout_ms: data.schedule.timeoutMs,
      failure_threshold: data.thresholds.failureThreshold,
      success_threshold: data.thresholds.successThreshold,
      degraded_above_ms: data.thresholds.degradedAboveMs,
      expect: publicExpectation(data.expectation),
      tag_ids: [],
      paused: false,
      status: 'unknown',
      status_since: recordedAt,
      revision,
      health_revision: -1,
      created_by_command: metadata.commandId,
      created_at: recordedAt,
      updated_at: null,
      deleted: false,
    }),
    ServiceRenamed: (row, { name }, recorded) => change(row, { name }, recorded),
    ServiceRetargeted: (row, { target }, recorded) =>
      change(row, { type: target.type, url: target.url }, recorded),
    ServiceRescheduled: (row, { schedule: { intervalSeconds, timeoutMs } }, recorded) =>
      change(row, { interval_seconds: intervalSeconds, timeout_ms: timeoutMs }, recorded),
    ServiceThresholdsChanged: (row, { thresholds }, recorded) =>
      change(
        row,
        {
          failure_threshold: thresholds.failureThreshold,
          success_threshold: thresholds.successThreshold,
          degraded_above_ms: thresholds.degradedAboveMs,
        },
        recorded,
      ),
    ServiceExpectationChanged: (row, { expectation }, recorded) =>
      change(row, { expect: publicExpectation(expectation) }, recorded),
    ServiceTagged: (row, { tagId }, recorded) =>
      row && change(row, { tag_ids: [...row.tag_ids, tagId] }, recorded),
    ServiceUntagged: (row, { tagId }, recorded) =>
      row && change(row, { tag_ids: row.tag_ids.filter((id) => id !== tagId) }, recorded),
    ServicePaused: (row, _, recorded) => change(row, { paused: true }, recorded),
    ServiceResumed: (row, _, recorded) => change(row, { paused: false }, recorded),
    ServiceTransferred: (row, { ownerId }, recorded) => change(row, { user_id: ownerId }, recorded),
    ServiceDeleted: (row, _, recorded) => change(row, { deleted: true }, recorded),
    ServiceRestored: (row, _, recorded) => change(row, { deleted: false }, recorded),
    // What the monitor saw is no change that anybody made: `revision` and `updated_at` are of the configuration.
    ServiceHealthChanged: (row, { to, since }, { revision }) =>
      row && { ...row, status: to, status_since: since, health_revision: revision },
    ...ignored.tags,
    ...ignored.users,
    ...ignored.roles,
    ...ignored.projections,
    ...ignored.webhooks,
    ...ignored.writeSide,
  },
};

/** The command that registered a service may go on to tag it; that is not a change yet. */
function change(
  row: ServiceRow | undefined,
  changes: Partial<ServiceRow>,
  { revision, recordedAt, metadata }: RecordedEvent,
): ServiceRow | undefined {
  if (row === undefined) return undefined;
  const isSetUp = metadata.commandId === row.created_by_command;
  return { ...row, ...changes, revision, updated_at: isSetUp ? null : recordedAt };
}

function view(row: ServiceRow): string {
  return openJson({
    id: row.id,
    name: row.name,
    url: row.url,
    type: row.type,
    interval_seconds: row.interval_seconds,
    timeout_ms: row.timeout_ms,
    failure_threshold: row.failure_threshold,
    success_threshold: row.success_threshold,
    degraded_above_ms: row.degraded_above_ms,
    expect: row.expect,
    status: row.status,
    status_since: row.status_since,
    paused: row.paused,
    user_id: row.user_id,
    version: row.revision,
    created_at: row.created_at,
    updated_at: row.updated_at,
  });
}

/** As the HTTP contract spells it. */
function publicExpectation(expectation: Expectation): ServiceRow['expect'] {
  switch (expectation.type) {
    case 'http': {
      const { method, headers, status, bodyContains } = expectation;
      return { method, headers: { ...headers }, status: [...status], body_contains: bodyContains };
    }
    case 'dns': {
      const { recordType, answers, resolver } = expectation;
      return { record_type: recordType, answers: [...answers], resolver };
    }
    case 'tcp':
    case 'icmp':
      return {};
  }
}
