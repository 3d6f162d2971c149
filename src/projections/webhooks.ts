import { z } from 'zod';
import { disablingReasons } from '../domain/webhooks/events.js';
import { type WebhookFilters } from '../domain/webhooks/filters.js';
import { type RecordedEvent } from '../event-store/event-store.js';
import { openJson, timestamp } from './columns.js';
import { ignored } from './ignored.js';
import { type Projection } from './projection.js';

export const WebhookRow = z.object({
  id: z.string(),
  user_id: z.string(),
  url: z.string(),
  events: z.array(z.string()),
  tag_ids: z.array(z.string()),
  service_ids: z.array(z.string()),
  /** Null while it is enabled, as the time since when nothing got through. */
  disabled_reason: z.enum(disablingReasons).nullable(),
  disabled_since: timestamp.nullable(),
  revision: z.int(),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
});
export type WebhookRow = z.infer<typeof WebhookRow>;

export const webhooks: Projection<WebhookRow> = {
  name: 'webhooks',
  version: 1,
  row: WebhookRow,
  key: 'id',
  columns: {
    id: 'uuid',
    user_id: 'uuid',
    url: 'text',
    events: 'text[]',
    tag_ids: 'uuid[]',
    service_ids: 'uuid[]',
    disabled_reason: 'text',
    disabled_since: 'timestamptz',
    revision: 'integer',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
  },
  indexes: ['CREATE INDEX ON TABLE (user_id)', 'CREATE INDEX ON TABLE (created_at, id)'],

  keyOf: ({ event }) => ('webhookId' in event.data ? event.data.webhookId : undefined),
  openView: view,

  on: {
    WebhookCreated: (_, { webhookId, ownerId, url, filters }, { revision, recordedAt }) => ({
      id: webhookId,
      user_id: ownerId,
      url,
      ...filterColumns(filters),
      disabled_reason: null,
      disabled_since: null,
      revision,
      created_at: recordedAt,
      updated_at: null,
    }),
    WebhookRetargeted: (row, { url }, recorded) => row && { ...changed(row, recorded), url },
    WebhookFiltersChanged: (row, { filters }, recorded) =>
      row && { ...changed(row, recorded), ...filterColumns(filters) },
    WebhookSecretRotated: (row, _, recorded) => row && changed(row, recorded),
    WebhookDisabled: (row, { reason, since }, recorded) =>
      row && { ...changed(row, recorded), disabled_reason: reason, disabled_since: since },
    WebhookEnabled: (row, _, recorded) =>
      row && { ...changed(row, recorded), disabled_reason: null, disabled_since: null },
    WebhookDeleted: () => null,
    ...ignored.services,
    ...ignored.tags,
    ...ignored.users,
    ...ignored.roles,
    ...ignored.projections,
    ...ignored.writeSide,
  },
};

function filterColumns({
  events,
  tagIds,
  serviceIds,
}: WebhookFilters): Pick<WebhookRow, 'events' | 'tag_ids' | 'service_ids'> {
  return { events: [...events], tag_ids: [...tagIds], service_ids: [...serviceIds] };
}

function changed(row: WebhookRow, { revision, recordedAt }: RecordedEvent): WebhookRow {
  return { ...row, revision, updated_at: recordedAt };
}

function view(row: WebhookRow): string {
  return openJson({
    id: row.id,
    user_id: row.user_id,
    url: row.url,
    events: row.events,
    tags: row.tag_ids,
    services: row.service_ids,
    enabled: row.disabled_reason === null,
    disabled:
      row.disabled_reason === null
        ? null
        : { reason: row.disabled_reason, since: row.disabled_since },
    created_at: row.created_at,
    updated_at: row.updated_at,
  });
}
