import { z } from 'zod';
import { type TagEvent } from '../../domain/tags/events.js';
import { type EventDefinitions } from './define.js';
import { id, text } from './schemas.js';

const tagId = id;
const color = z.string().regex(/^#[0-9a-fA-F]{6}$/);

export const tagEvents: EventDefinitions<TagEvent> = {
  TagCreated: {
    version: 1,
    data: z.strictObject({ tagId, creatorId: id, name: text(50), color }),
  },
  TagRenamed: { version: 1, data: z.strictObject({ tagId, name: text(50) }) },
  TagRecolored: { version: 1, data: z.strictObject({ tagId, color }) },
  TagDeleted: { version: 1, data: z.strictObject({ tagId }) },
  TagNameForfeited: { version: 1, data: z.strictObject({ tagId }) },
};
