import { z } from 'zod';
import { type ProjectionEvent, rebuildOutcomes } from '../../domain/projections/events.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const projection = text(63);
const rebuild = z.strictObject({ projection, rebuildId: id });

export const projectionEvents: EventDefinitions<ProjectionEvent> = {
  ProjectionRebuildRequested: {
    version: 1,
    data: rebuild.extend({ version: z.int().positive().nullable() }),
  },
  ProjectionRollbackRequested: { version: 1, data: rebuild },
  ProjectionRebuildCancelled: { version: 1, data: rebuild },
  ProjectionRebuildEnded: {
    version: 1,
    data: rebuild.extend({ outcome: z.enum(rebuildOutcomes), reason: text(2000).nullable() }),
  },
  ProjectionRetried: { version: 1, data: z.strictObject({ projection, eventId: id }) },
  ProjectionEventSkipped: {
    version: 1,
    data: z.strictObject({ projection, eventId: id, version: z.int().positive() }),
  },
};
