import { z } from 'zod';
import { type RecordedEvent } from '../event-store/event-store.js';
import { openJson, timestamp } from './columns.js';
import { ignored } from './ignored.js';
import { type Projection } from './projection.js';

export const TagRow = z.object({
  id: z.string(),
  name: z.string(),
  color: z.string(),
  created_by_id: z.string(),
  revision: z.int(),
  created_at: timestamp,
  updated_at: timestamp.nullable(),
  /** What a service shows of its tags: JSON of id, name and color. */
  chip: z.string(),
});
export type TagRow = z.infer<typeof TagRow>;

export const tags: Projection<TagRow> = {
  name: 'tags',
  version: 1,
  row: TagRow,
  key: 'id',
  columns: {
    id: 'uuid',
    name: 'text',
    color: 'text',
    created_by_id: 'uuid',
    revision: 'integer',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
    chip: 'text',
  },
  indexes: [
    'CREATE INDEX ON TABLE (created_by_id)',
    'CREATE INDEX ON TABLE (lower(name), id)',
    'CREATE INDEX ON TABLE (created_at, id)',
  ],

  keyOf: ({ event }) => ('tagId' in event.data ? event.data.tagId : undefined),

  openView: ({ id, name, color, created_by_id, created_at, updated_at }) =>
    openJson({ id, name, color, created_by_id, created_at, updated_at }),

  on: {
    TagCreated: (_, { tagId, name, color, creatorId }, { revision, recordedAt }) =>
      withChip({
        id: tagId,
        name,
        color,
        created_by_id: creatorId,
        revision,
        created_at: recordedAt,
        updated_at: null,
      }),
    TagRenamed: (row, { name }, recorded) => row && withChip({ ...changed(row, recorded), name }),
    TagRecolored: (row, { color }, recorded) =>
      row && withChip({ ...changed(row, recorded), color }),
    TagDeleted: () => null,
    TagNameForfeited: (row, _, { revision }) => row && { ...row, revision },
    ...ignored.services,
    ...ignored.users,
    ...ignored.roles,
    ...ignored.projections,
    ...ignored.webhooks,
    ...ignored.writeSide,
  },
};

function withChip(row: Omit<TagRow, 'chip'>): TagRow {
  const { id, name, color } = row;
  return { ...row, chip: JSON.stringify({ id, name, color }) };
}

function changed(row: TagRow, { revision, recordedAt }: RecordedEvent): TagRow {
  return { ...row, revision, updated_at: recordedAt };
}
