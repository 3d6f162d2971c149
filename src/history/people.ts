import { z } from 'zod';
import { ignored } from '../projections/ignored.js';
import { type Projection } from '../projections/projection.js';
import { users } from '../projections/users.js';

const PersonRow = z.object({ id: z.string() });

/**
 * Which users there were. Snapshots outlive people, so what the log says about somebody must not be copied into them:
 * their rows are folded from their streams each time, for as long as there is a key to read them.
 */
export const people: Projection<z.infer<typeof PersonRow>> = {
  name: 'people',
  version: 1,
  row: PersonRow,
  key: 'id',
  columns: { id: 'uuid' },
  indexes: [],
  keyOf: (recorded) => users.keyOf(recorded),
  openView: () => '',
  on: {
    ...ignored.services,
    ...ignored.tags,
    ...ignored.users,
    ...ignored.roles,
    ...ignored.projections,
    ...ignored.webhooks,
    ...ignored.writeSide,
    UserRegistered: (_, { userId }) => ({ id: userId }),
    UserDeleted: () => null,
  },
};
