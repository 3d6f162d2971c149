import { auditChunkBits } from '../platform/audit-chunks.js';
import { type Configuration } from '../platform/configuration.js';
import { auditFold } from '../projections/audit.js';
import { roles } from '../projections/roles.js';
import { type RowFold, rowFold } from '../projections/row-fold.js';
import { services } from '../projections/services.js';
import { tags } from '../projections/tags.js';
import { users } from '../projections/users.js';
import { webhooks } from '../projections/webhooks.js';

/** Every read model there is, each with a memory of its own that is empty. */
export function allRowFolds({ eventStore }: Pick<Configuration, 'eventStore'>): RowFold[] {
  return [
    rowFold(services),
    rowFold(tags),
    rowFold(users),
    rowFold(roles),
    rowFold(webhooks),
    auditFold(auditChunkBits(eventStore)),
  ];
}
